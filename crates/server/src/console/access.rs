//! Who is calling, and whether they may.

use api::session::{Role, User};
use axum::{
    Router,
    extract::{FromRequestParts, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, header, request::Parts};
use secrecy::{ExposeSecret, SecretString};
use store::Scope;
use utoipa::openapi::{
    OpenApi,
    extensions::ExtensionsBuilder,
    security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme},
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter, UtoipaMethodRouterExt};

use super::Refusal;
use crate::{app::App, guard};

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Anyone,
    Member,
    Admin,
}

impl Access {
    /// The least role, if one is needed.
    const fn role(self) -> Option<Role> {
        match self {
            Self::Anyone => None,
            Self::Member => Some(Role::Member),
            Self::Admin => Some(Role::Admin),
        }
    }
}

/// The signed-in person.
#[derive(Debug, Clone)]
pub(super) struct Actor(pub(super) User);

impl Actor {
    /// Whose keys and logs they see.
    pub(super) fn scope(&self) -> Scope {
        if self.0.role >= Role::Admin { Scope::All } else { Scope::User(self.0.id) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Actor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get::<Self>().cloned().ok_or(Refusal::Unauthenticated)
    }
}

/// Collects routes, each with who may call it; there is no way to add one without.
pub(super) struct Api(OpenApiRouter<App>);

const SCHEME: &str = "session";

impl Api {
    pub(super) fn new() -> Self {
        Self(OpenApiRouter::with_openapi(document()))
    }

    /// Adds handlers of one path.
    pub(super) fn route(self, access: Access, mut routes: UtoipaMethodRouter<App>) -> Self {
        for item in routes.1.paths.values_mut() {
            let operations =
                [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten();
            for operation in operations {
                let name = access.role().map_or("anyone", Role::as_str);
                operation
                    .extensions
                    .get_or_insert_default()
                    .merge(ExtensionsBuilder::new().add("x-access", name).build());
                operation.security = Some(match access.role() {
                    None => Vec::new(),
                    Some(_) => vec![SecurityRequirement::new(SCHEME, Vec::<String>::new())],
                });
            }
        }
        let check = middleware::from_fn(move |request: Request, next: Next| allow(access, request, next));
        Self(self.0.routes(routes.layer(check)))
    }

    pub(super) fn into_router(self) -> Router<App> {
        self.0.into()
    }

    pub(super) fn into_document(self) -> OpenApi {
        self.0.into_openapi()
    }
}

fn document() -> OpenApi {
    use utoipa::OpenApi as _;
    #[derive(utoipa::OpenApi)]
    #[openapi(info(
        title = "AI Gateway console API",
        description = "What the console does, a script can do. Errors are `{\"error\":{\"code\",\"message\",\"fields\"}}`. \
                       `x-access` names the least role that a route needs."
    ))]
    struct Document;
    let mut document = Document::openapi();
    let cookie = ApiKey::Cookie(ApiKeyValue::with_description(SESSION_COOKIE, "Set by POST /api/session."));
    document.components.get_or_insert_default().add_security_scheme(SCHEME, SecurityScheme::ApiKey(cookie));
    document
}

/// Finds out who is calling. Also turns away what another site's page sent.
pub(super) async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if guard::is_cross_site(request.method(), request.headers()) {
        return Refusal::CrossSite.into_response();
    }
    if let Some(token) = session_token(request.headers()) {
        match app.store.sessions().find(token.expose_secret()).await {
            Ok(Some(user)) => {
                request.extensions_mut().insert(Actor(user));
            }
            Ok(None) => {}
            Err(error) => return Refusal::from(error).into_response(),
        }
    }
    next.run(request).await
}

async fn allow(access: Access, request: Request, next: Next) -> Response {
    let Some(needed) = access.role() else { return next.run(request).await };
    match request.extensions().get::<Actor>() {
        None => Refusal::Unauthenticated.into_response(),
        Some(actor) if actor.0.role < needed => Refusal::Forbidden.into_response(),
        Some(_) => next.run(request).await,
    }
}

/// The name of the cookie that holds a session's token.
pub const SESSION_COOKIE: &str = "aigw_session";

/// The session that a request's cookie names.
pub(super) fn session_token(headers: &HeaderMap) -> Option<SecretString> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == SESSION_COOKIE)
        .map(|(_, token)| token.to_owned().into())
}

/// A `Set-Cookie` that starts a session, or ends it when `token` is `None`.
pub(super) fn session_cookie(app: &App, headers: &HeaderMap, token: Option<&SecretString>) -> Option<HeaderValue> {
    let secure = if guard::is_behind_tls(headers, &app.config.public_urls) { "; Secure" } else { "" };
    let (token, age) = token.map_or(("", 0), |token| (token.expose_secret(), 7 * 24 * 60 * 60));
    let cookie = format!("{SESSION_COOKIE}={token}; Path=/api; HttpOnly; SameSite=Strict; Max-Age={age}{secure}");
    let mut value = HeaderValue::try_from(cookie).ok()?;
    value.set_sensitive(true);
    Some(value)
}
