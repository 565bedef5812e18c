//! What a person at the display sees and does: windows, their titles and pictures, the button that closes one.

use std::{collections::HashSet, fs::File, io::BufWriter, path::Path, sync::LazyLock};

use x11rb::{
    connection::Connection,
    protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, ImageFormat, MapState},
    rust_connection::RustConnection,
};

pub(crate) type Window = u32;

pub(crate) struct Display {
    connection: RustConnection,
    root: Window,
}

impl Display {
    /// The display that `DISPLAY` names. One connection for all tests: Xvfb starts afresh when the last one ends.
    pub(crate) fn get() -> &'static Self {
        static DISPLAY: LazyLock<Display> = LazyLock::new(|| {
            let (connection, screen) = x11rb::connect(None).expect("DISPLAY names an X display, such as Xvfb's");
            let root = connection.setup().roots[screen].root;
            Display { connection, root }
        });
        &DISPLAY
    }

    /// The window that a program shows, if it does, and its title.
    pub(crate) fn window_of(&self, pid: u32) -> Option<(Window, String)> {
        // A window manager puts windows into frames of its own, so look at all.
        let mut open = vec![self.root];
        while let Some(window) = open.pop() {
            open.extend(
                self.connection.query_tree(window).unwrap().reply().map_or_else(|_| vec![], |tree| tree.children),
            );
            let title = self.property(window, "_NET_WM_NAME", "UTF8_STRING");
            let owner = self.property(window, "_NET_WM_PID", "CARDINAL");
            let visible = self.connection.get_window_attributes(window).unwrap().reply();
            if owner == pid.to_ne_bytes()
                && !title.is_empty()
                && visible.is_ok_and(|it| it.map_state == MapState::VIEWABLE)
            {
                return Some((window, String::from_utf8_lossy(&title).into_owned()));
            }
        }
        None
    }

    /// Asks a window to close, as its title bar's button does.
    pub(crate) fn close(&self, window: Window) {
        let delete = self.atom("WM_DELETE_WINDOW");
        let event = ClientMessageEvent::new(32, window, self.atom("WM_PROTOCOLS"), [delete, 0, 0, 0, 0]);
        self.connection.send_event(false, window, EventMask::NO_EVENT, event).unwrap().check().unwrap();
    }

    pub(crate) fn picture(&self, window: Window) -> Picture {
        let size = self.connection.get_geometry(window).unwrap().reply().unwrap();
        let (width, height) = (size.width, size.height);
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, window, 0, 0, width, height, !0)
            .unwrap()
            .reply()
            .expect("the window is on the screen as a whole");
        // Four bytes a pixel: blue, green, red, nothing.
        let rgb = image.data.chunks_exact(4).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect();
        Picture { width: width.into(), height: height.into(), rgb }
    }

    fn property(&self, window: Window, name: &str, kind: &str) -> Vec<u8> {
        let kind = if kind == "CARDINAL" { AtomEnum::CARDINAL.into() } else { self.atom(kind) };
        let reply = self.connection.get_property(false, window, self.atom(name), kind, 0, 1024).unwrap().reply();
        reply.map(|property| property.value).unwrap_or_default()
    }

    fn atom(&self, name: &str) -> u32 {
        self.connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom
    }
}

#[derive(PartialEq, Eq)]
pub(crate) struct Picture {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

impl Picture {
    pub(crate) fn colours(&self) -> usize {
        self.rgb.chunks_exact(3).collect::<HashSet<_>>().len()
    }

    pub(crate) fn save(&self, path: &Path) {
        let mut encoder = png::Encoder::new(BufWriter::new(File::create(path).unwrap()), self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header().unwrap().write_image_data(&self.rgb).unwrap();
    }
}
