//! Lists as files: written as they are read, so that memory holds a page however long the list is.

use std::io;

use api::{Time, export::ExportFormat, money::Dollars};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::header;
use serde::Serialize;
use serde_json::{Map, Value};

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

    /// Answers with the rows as they come, a page at a time. A row has plain members, the same ones whatever they hold.
    ///
    /// An error breaks the connection off: a part must not pass for the whole.
    pub(super) fn answer<R: Serialize + Default + Send + 'static>(
        self,
        pages: impl Stream<Item = Result<Vec<R>, store::Error>> + Send + 'static,
    ) -> Response {
        let format = self.format;
        let pages = pages.map(move |page| {
            let written = page.map_err(io::Error::other).and_then(|rows| write(format, &rows));
            written.inspect_err(|error| tracing::error!(%error, "an export breaks off"))
        });
        let chunks = stream::iter([head::<R>(format)]).chain(pages);
        let content_type = match self.format {
            ExportFormat::Csv => "text/csv; charset=utf-8",
            ExportFormat::Ndjson => "application/x-ndjson",
        };
        let disposition = format!("attachment; filename=\"{}\"", self.name);
        let headers = [(header::CONTENT_TYPE, content_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
        (headers, Body::from_stream(chunks)).into_response()
    }
}

/// What stands above the rows, also if there are none.
fn head<R: Serialize + Default>(format: ExportFormat) -> io::Result<Bytes> {
    match format {
        ExportFormat::Ndjson => Ok(Bytes::new()),
        ExportFormat::Csv => csv(&[members(&R::default())?.keys().cloned().collect::<Vec<_>>()]),
    }
}

fn write<R: Serialize>(format: ExportFormat, rows: &[R]) -> io::Result<Bytes> {
    match format {
        ExportFormat::Ndjson => {
            let mut out = Vec::new();
            for row in rows {
                serde_json::to_writer(&mut out, row)?;
                out.push(b'\n');
            }
            Ok(out.into())
        }
        ExportFormat::Csv => {
            let cells = rows.iter().map(|row| Ok(members(row)?.values().map(cell).collect()));
            csv(&cells.collect::<io::Result<Vec<Vec<String>>>>()?)
        }
    }
}

fn members<R: Serialize>(row: &R) -> io::Result<Map<String, Value>> {
    match serde_json::to_value(row)? {
        Value::Object(members) => Ok(members),
        _ => Err(io::Error::other("a row without members")),
    }
}

fn csv(records: &[Vec<String>]) -> io::Result<Bytes> {
    let mut out = Vec::new();
    let mut writer = csv::Writer::from_writer(&mut out);
    for record in records {
        writer.write_record(record)?;
    }
    writer.flush()?;
    drop(writer);
    Ok(out.into())
}

/// A value as a spreadsheet takes it. A text that it would run as a formula begins with an apostrophe.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        Value::String(text) => text.clone(),
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

    use super::*;

    #[derive(Default, Serialize)]
    struct Row {
        name: &'static str,
        n: Option<i64>,
    }

    async fn written(format: ExportFormat, pages: Vec<Vec<Row>>) -> String {
        let pages = stream::iter(pages.into_iter().map(Ok));
        let response = File::new("logs", format, Time::from_millis(0)).answer(pages);
        assert_eq!(
            response.headers()["content-disposition"],
            format!("attachment; filename=\"ai-gateway-logs-1970-01-01.{}\"", format.as_str())
        );
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    const fn row(name: &'static str, n: Option<i64>) -> Row {
        Row { name, n }
    }

    #[tokio::test]
    async fn a_spreadsheet_gets_names_once_and_no_formula() {
        let pages =
            vec![vec![row("=HYPERLINK(\"x\")", Some(-1))], vec![], vec![row("a, \"b\"\nc", None), row("@x", Some(2))]];
        let text = written(ExportFormat::Csv, pages).await;
        assert_eq!(text, "name,n\n\"'=HYPERLINK(\"\"x\"\")\",-1\n\"a, \"\"b\"\"\nc\",\n'@x,2\n");
        assert_eq!(written(ExportFormat::Csv, vec![]).await, "name,n\n", "also of nothing");
    }

    #[tokio::test]
    async fn a_script_gets_an_object_a_line() {
        let pages = vec![vec![row("=1", Some(1))], vec![row("b", Some(2))]];
        assert_eq!(written(ExportFormat::Ndjson, pages).await, "{\"name\":\"=1\",\"n\":1}\n{\"name\":\"b\",\"n\":2}\n");
    }

    #[test]
    fn dollars_are_decimals_without_a_sign() {
        assert_eq!([usd(4_200_000), usd(0), usd(-1)], ["0.0042", "0.00", "-0.000000001"]);
    }
}
