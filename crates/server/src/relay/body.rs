//! Reads a request's body, within bounds of size, time and memory, whatever it is compressed with.

use std::time::Duration;

use async_compression::tokio::bufread::{BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder};
use axum::body::Body;
use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body_util::{BodyExt, Limited};
use llm::{Failure, Kind};
use tokio::{io::AsyncReadExt, sync::SemaphorePermit, time::timeout};

use crate::app::App;

/// As sent, and as decoded.
const MOST_BYTES: usize = 32 << 20;
/// A body that takes longer is not on its way any more.
const DEADLINE: Duration = Duration::from_mins(2);
/// Up to this size a body needs no share of the memory that large ones have together.
const SMALL_BYTES: usize = 256 << 10;
/// Decoded in one go, so that the thread's other connections never wait for more than this.
const PIECE: usize = 64 << 10;

/// A body in memory, and the room that it takes there.
#[derive(Debug)]
pub(super) struct Received<'a> {
    pub(super) bytes: Bytes,
    _room: Option<SemaphorePermit<'a>>,
}

/// Reads and decodes.
pub(super) async fn read<'a>(app: &'a App, headers: &HeaderMap, body: Body) -> Result<Received<'a>, Failure> {
    let encodings = encodings(headers)?;
    let declared = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if declared.is_some_and(|declared| declared > MOST_BYTES) {
        return Err(too_large());
    }
    let late = || Failure::new(Kind::Timeout, "The body didn't arrive in time. Send it again.");
    timeout(DEADLINE, async {
        let most = if encodings.is_empty() { declared.unwrap_or(MOST_BYTES) } else { MOST_BYTES };
        let room = if most > SMALL_BYTES { Some(room(app, most).await?) } else { None };
        let mut bytes = collect(body).await?;
        for encoding in encodings.iter().rev() {
            bytes = encoding.decode(bytes).await?;
        }
        Ok(Received { bytes, _room: room })
    })
    .await
    .map_err(|_| late())?
}

async fn room(app: &App, most: usize) -> Result<SemaphorePermit<'_>, Failure> {
    let mib = u32::try_from(most.div_ceil(1 << 20)).unwrap_or(u32::MAX);
    app.large_bodies.acquire_many(mib).await.map_err(|_| Failure::new(Kind::Unavailable, "The gateway is stopping."))
}

async fn collect(body: Body) -> Result<Bytes, Failure> {
    match Limited::new(body, MOST_BYTES).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Failure::new(Kind::InvalidRequest, "The body broke off. Send it again.")),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Brotli,
    Deflate,
    Gzip,
    Zstd,
}

/// In the order in which they were applied.
fn encodings(headers: &HeaderMap) -> Result<Vec<Encoding>, Failure> {
    let mut encodings = Vec::new();
    for value in headers.get_all(header::CONTENT_ENCODING) {
        for name in value.to_str().unwrap_or("?").split(',') {
            encodings.push(match name.trim().to_ascii_lowercase().as_str() {
                "" | "identity" => continue,
                "br" => Encoding::Brotli,
                "deflate" => Encoding::Deflate,
                "gzip" | "x-gzip" => Encoding::Gzip,
                "zstd" => Encoding::Zstd,
                other => {
                    return Err(Failure::new(
                        Kind::UnsupportedMedia,
                        format!("Content-Encoding {other:?} isn't known here. Use zstd, gzip, br, deflate or none."),
                    ));
                }
            });
        }
    }
    if encodings.len() > 2 {
        return Err(Failure::new(Kind::UnsupportedMedia, "Compress the body at most twice."));
    }
    Ok(encodings)
}

impl Encoding {
    async fn decode(self, bytes: Bytes) -> Result<Bytes, Failure> {
        let input = &bytes[..];
        match self {
            Self::Brotli => drain(BrotliDecoder::new(input)).await,
            Self::Gzip => {
                let mut decoder = GzipDecoder::new(input);
                decoder.multiple_members(true);
                drain(decoder).await
            }
            Self::Zstd => {
                let mut decoder = ZstdDecoder::new(input);
                decoder.multiple_members(true);
                drain(decoder).await
            }
            // The standard means zlib's format; some clients send the bare one.
            Self::Deflate if input.first().is_some_and(|byte| byte & 0x0f == 8) => drain(ZlibDecoder::new(input)).await,
            Self::Deflate => drain(DeflateDecoder::new(input)).await,
        }
    }
}

async fn drain(mut decoder: impl tokio::io::AsyncRead + Unpin) -> Result<Bytes, Failure> {
    let mut out = BytesMut::with_capacity(16 << 10);
    loop {
        let read = decoder.read_buf(&mut (&mut out).limit(PIECE)).await.map_err(|_| {
            Failure::new(Kind::InvalidRequest, "The body isn't compressed in the way that Content-Encoding says.")
        })?;
        if out.len() > MOST_BYTES {
            return Err(too_large());
        }
        if read == 0 {
            return Ok(out.freeze());
        }
        // What is decoded from memory never waits by itself.
        if out.len() >= PIECE {
            tokio::task::yield_now().await;
        }
    }
}

/// Does `work` on a body of `size` bytes, on a thread that serves no connections if it takes long.
pub(super) async fn work<T: Send + 'static>(
    size: usize,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    if size <= SMALL_BYTES {
        return work();
    }
    let lost = |_| Failure::new(Kind::Internal, "The gateway failed. Its log says more.");
    tokio::task::spawn_blocking(work).await.map_err(lost)?
}

fn too_large() -> Failure {
    Failure::new(Kind::TooLarge, "The body is larger than 32 MiB.")
}

#[cfg(test)]
mod tests {
    use async_compression::tokio::write::{BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder};
    use tokio::io::AsyncWriteExt;

    use super::*;

    macro_rules! encode {
        ($encoder:ident, $bytes:expr) => {{
            let mut encoder = $encoder::new(Vec::new());
            encoder.write_all($bytes).await.unwrap();
            encoder.shutdown().await.unwrap();
            Bytes::from(encoder.into_inner())
        }};
    }

    #[tokio::test]
    async fn every_encoding_is_decoded() {
        let text = b"{\"model\":\"m\"}".repeat(1000);
        for (encoding, bytes) in [
            (Encoding::Brotli, encode!(BrotliEncoder, &text)),
            (Encoding::Gzip, encode!(GzipEncoder, &text)),
            (Encoding::Zstd, encode!(ZstdEncoder, &text)),
            (Encoding::Deflate, encode!(ZlibEncoder, &text)),
            (Encoding::Deflate, encode!(DeflateEncoder, &text)),
        ] {
            assert!(bytes.len() < text.len());
            assert_eq!(encoding.decode(bytes).await.unwrap(), text, "{encoding:?}");
        }
    }

    #[tokio::test]
    async fn a_bomb_is_refused_before_it_fills_memory() {
        let zeros = vec![0; 64 << 20];
        for (encoding, bytes) in
            [(Encoding::Gzip, encode!(GzipEncoder, &zeros)), (Encoding::Zstd, encode!(ZstdEncoder, &zeros))]
        {
            assert_eq!(encoding.decode(bytes).await.unwrap_err().kind, Kind::TooLarge, "{encoding:?}");
        }
    }

    #[tokio::test]
    async fn garbage_is_the_clients_fault() {
        for encoding in [Encoding::Brotli, Encoding::Gzip, Encoding::Zstd, Encoding::Deflate] {
            let garbage = Bytes::from_static(b"{\"model\":\"not compressed at all\"}");
            assert_eq!(encoding.decode(garbage).await.unwrap_err().kind, Kind::InvalidRequest, "{encoding:?}");
        }
    }

    #[test]
    fn encodings_are_read_in_order_and_unknown_ones_refused() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_ENCODING, value.parse().unwrap());
            encodings(&headers).map_err(|failure| failure.kind)
        };
        assert_eq!(read("identity"), Ok(vec![]));
        assert_eq!(read("GZip, zstd"), Ok(vec![Encoding::Gzip, Encoding::Zstd]));
        assert_eq!(read("lzma"), Err(Kind::UnsupportedMedia));
        assert_eq!(read("gzip, gzip, gzip"), Err(Kind::UnsupportedMedia));
    }
}
