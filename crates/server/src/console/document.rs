//! `GET /api/openapi.json`

use std::sync::LazyLock;

use axum::response::IntoResponse;
use http::header;

/// The document that describes this API.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "about",
    responses((status = 200, body = Object, description = "OpenAPI 3.1")),
)]
pub(super) async fn read() -> impl IntoResponse {
    static DOCUMENT: LazyLock<String> = LazyLock::new(super::openapi);
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}
