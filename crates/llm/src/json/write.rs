//! Writes JSON straight into bytes. What is opened is closed when it goes out of scope, so no half document can be written.

use std::fmt::Write;

use bytes::BytesMut;

use super::Text;

/// An object that is being written.
#[derive(Debug)]
pub(crate) struct Object<'b> {
    out: &'b mut BytesMut,
    any: bool,
}

/// An array that is being written.
#[derive(Debug)]
pub(crate) struct Array<'b> {
    out: &'b mut BytesMut,
    any: bool,
}

impl<'b> Object<'b> {
    pub(crate) fn new(out: &'b mut BytesMut) -> Self {
        out.extend_from_slice(b"{");
        Self { out, any: false }
    }

    /// A member whose value the caller writes.
    pub(crate) fn member(&mut self, name: &str) -> &mut BytesMut {
        if self.any {
            self.out.extend_from_slice(b",");
        }
        self.any = true;
        text(self.out, &Text::plain(name));
        self.out.extend_from_slice(b":");
        self.out
    }

    pub(crate) fn text(&mut self, name: &str, value: &Text<'_>) -> &mut Self {
        text(self.member(name), value);
        self
    }

    /// A plain string.
    pub(crate) fn str(&mut self, name: &str, value: &str) -> &mut Self {
        self.text(name, &Text::plain(value))
    }

    /// A value that is JSON already.
    pub(crate) fn raw(&mut self, name: &str, json: &str) -> &mut Self {
        self.member(name).extend_from_slice(json.as_bytes());
        self
    }

    pub(crate) fn int(&mut self, name: &str, value: i64) -> &mut Self {
        write!(self.member(name), "{value}").expect("memory takes everything");
        self
    }

    pub(crate) fn bool(&mut self, name: &str, value: bool) -> &mut Self {
        self.raw(name, if value { "true" } else { "false" })
    }

    pub(crate) fn null(&mut self, name: &str) -> &mut Self {
        self.raw(name, "null")
    }

    pub(crate) fn object(&mut self, name: &str) -> Object<'_> {
        Object::new(self.member(name))
    }

    pub(crate) fn array(&mut self, name: &str) -> Array<'_> {
        Array::new(self.member(name))
    }
}

impl<'b> Array<'b> {
    pub(crate) fn new(out: &'b mut BytesMut) -> Self {
        out.extend_from_slice(b"[");
        Self { out, any: false }
    }

    /// An element that the caller writes.
    pub(crate) fn element(&mut self) -> &mut BytesMut {
        if self.any {
            self.out.extend_from_slice(b",");
        }
        self.any = true;
        self.out
    }

    pub(crate) fn text(&mut self, value: &Text<'_>) -> &mut Self {
        text(self.element(), value);
        self
    }

    pub(crate) fn raw(&mut self, json: &str) -> &mut Self {
        self.element().extend_from_slice(json.as_bytes());
        self
    }

    pub(crate) fn object(&mut self) -> Object<'_> {
        Object::new(self.element())
    }
}

impl Drop for Object<'_> {
    fn drop(&mut self) {
        self.out.extend_from_slice(b"}");
    }
}

impl Drop for Array<'_> {
    fn drop(&mut self) {
        self.out.extend_from_slice(b"]");
    }
}

/// A string with its quotes.
pub(crate) fn text(out: &mut BytesMut, value: &Text<'_>) {
    out.extend_from_slice(b"\"");
    out.extend_from_slice(value.escaped().as_bytes());
    out.extend_from_slice(b"\"");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_opened_is_closed_and_commas_stand_between() {
        let mut out = BytesMut::new();
        {
            let mut object = Object::new(&mut out);
            object.str("a", "\"\n").int("b", -1).raw("c", "1.0").null("d").bool("e", true);
            object.array("f").text(&Text::plain("x")).raw("2").object().str("g", "");
            object.object("h");
            object.array("i");
        }
        assert_eq!(&out[..], br#"{"a":"\"\n","b":-1,"c":1.0,"d":null,"e":true,"f":["x",2,{"g":""}],"h":{},"i":[]}"#);
    }
}
