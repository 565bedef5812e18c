//! What holds for every route of the console.

mod access;
mod audit;
mod exports;
mod input;
mod lists;
mod people;
mod tokens;

use api::session::Role;
use axum::body::Body;
use http::{Request, header};
use serde_json::Value;

use crate::testing::json;

/// Every operation of the document: method, path with numbers for its parameters, and who may call it.
fn operations() -> Vec<(String, String, Option<Role>)> {
    operations_by("session")
}

/// Those of them that say that they open to whoever proves themselves in this way, and those that open to anyone.
fn operations_by(scheme: &str) -> Vec<(String, String, Option<Role>)> {
    let document: Value = serde_json::from_str(&super::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let access = operation["x-access"].as_str().expect("every operation says who may call it");
            let role = Role::ALL.into_iter().find(|role| role.as_str() == access);
            assert!(role.is_some() || access == "anyone", "{method} {path}: {access}");
            let schemes = operation["security"].as_array().unwrap();
            if role.is_some() && !schemes.iter().any(|known| known.get(scheme).is_some()) {
                continue;
            }
            operations.push((method.to_uppercase(), filled(path, "999999"), role));
        }
    }
    operations
}

/// A path with a value for its parameter.
fn filled(path: &str, value: &str) -> String {
    match path.split_once('{') {
        Some((before, rest)) => [before, value, rest.split_once('}').unwrap().1].concat(),
        None => path.to_owned(),
    }
}

/// A request with a personal token.
fn by_token(method: &str, path: &str, token: &str, payload: &Value) -> Request<Body> {
    let mut request = json(method, path, None, payload);
    request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
    request
}
