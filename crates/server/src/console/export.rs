//! Lists as files: written as they are read, so that memory holds a page however long the list is.

use std::{io, mem};

use api::{Time, export::ExportFormat, money::Dollars};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::header;
use serde::Serialize;

/// A file to be.
#[derive(Debug, Clone)]
pub(super) struct File {
    name: String,
    format: ExportFormat,
}

impl File {
    /// Named by what it holds and the day.
    pub(super) fn new(what: &str, format: ExportFormat, now: Time) -> Self {
        let day: String = now.to_string().chars().take(10).collect();
        Self { name: format!("ai-gateway-{what}-{day}.{}", format.as_str()), format }
    }

    /// Answers with the rows as they come, a page at a time. All rows are of one type of plain members.
    ///
    /// An error breaks the connection off: a part must not pass for the whole.
    pub(super) fn answer<R: Serialize + Send + 'static>(
        self,
        pages: impl Stream<Item = Result<Vec<R>, store::Error>> + Send + 'static,
    ) -> Response {
        let mut writer = Writer { format: self.format, headed: false };
        let chunks = pages.map(move |page| {
            let written = page.map_err(io::Error::other).and_then(|rows| writer.page(&rows));
            written.inspect_err(|error| tracing::error!(%error, "an export breaks off"))
        });
        let content_type = match self.format {
            ExportFormat::Csv => "text/csv; charset=utf-8",
            ExportFormat::Ndjson => "application/x-ndjson",
        };
        let disposition = format!("attachment; filename=\"{}\"", self.name);
        let headers = [(header::CONTENT_TYPE, content_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
        (headers, Body::from_stream(chunks)).into_response()
    }
}

struct Writer {
    format: ExportFormat,
    /// The line of names is written.
    headed: bool,
}

impl Writer {
    fn page<R: Serialize>(&mut self, rows: &[R]) -> io::Result<Bytes> {
        let mut out = Vec::new();
        match self.format {
            ExportFormat::Ndjson => {
                for row in rows {
                    serde_json::to_writer(&mut out, row)?;
                    out.push(b'\n');
                }
            }
            ExportFormat::Csv => {
                let mut writer = csv::WriterBuilder::new().from_writer(&mut out);
                for row in rows {
                    let serde_json::Value::Object(members) = serde_json::to_value(row)? else { continue };
                    if !mem::replace(&mut self.headed, true) {
                        writer.write_record(members.keys())?;
                    }
                    writer.write_record(members.values().map(cell))?;
                }
                writer.flush()?;
            }
        }
        Ok(out.into())
    }
}

/// A value as a spreadsheet takes it. A text that it would run as a formula begins with an apostrophe.
fn cell(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Dollars to the last nano-dollar, without their sign: `0.0042`.
pub(super) fn usd(nusd: i64) -> String {
    Dollars(nusd).to_string().replace('$', "")
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use serde_json::{Value, json};

    use super::*;

    async fn written(format: ExportFormat, pages: Vec<Result<Vec<Value>, store::Error>>) -> String {
        let response = File::new("logs", format, Time::from_millis(0)).answer(futures_util::stream::iter(pages));
        assert_eq!(
            response.headers()["content-disposition"],
            format!("attachment; filename=\"ai-gateway-logs-1970-01-01.{}\"", format.as_str())
        );
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_spreadsheet_gets_names_once_and_no_formula() {
        let pages = vec![
            Ok(vec![json!({"name": "=HYPERLINK(\"x\")", "n": -1})]),
            Ok(vec![]),
            Ok(vec![json!({"name": "a, \"b\"\nc", "n": null}), json!({"name": "@x", "n": 2})]),
        ];
        let text = written(ExportFormat::Csv, pages).await;
        assert_eq!(text, "name,n\n\"'=HYPERLINK(\"\"x\"\")\",-1\n\"a, \"\"b\"\"\nc\",\n'@x,2\n");
    }

    #[tokio::test]
    async fn a_script_gets_an_object_a_line() {
        let pages = vec![Ok(vec![json!({"name": "=1", "n": 1})]), Ok(vec![json!({"name": "b", "n": 2})])];
        assert_eq!(written(ExportFormat::Ndjson, pages).await, "{\"name\":\"=1\",\"n\":1}\n{\"name\":\"b\",\"n\":2}\n");
    }

    #[test]
    fn dollars_are_decimals_without_a_sign() {
        assert_eq!([usd(4_200_000), usd(0), usd(-1)], ["0.0042", "0.00", "-0.000000001"]);
    }
}
