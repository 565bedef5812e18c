//! Who is calling, and whether they may.

use std::net::IpAddr;

use api::session::{Role, User};
use axum::{
    Router,
    extract::{FromRequestParts, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, header, request::Parts};
use secrecy::{ExposeSecret, SecretString};
use store::{Scope, SignedInFrom, TOKEN_PREFIX};
use utoipa::openapi::{
    OpenApi,
    extensions::ExtensionsBuilder,
    path::Operation,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter, UtoipaMethodRouterExt};

use super::{Refusal, audit};
use crate::{app::App, guard};

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Anyone,
    Member,
    /// Any role, signed in: a personal token isn't enough.
    Person,
    Admin,
    /// Who may do what here is decided by people: a personal token isn't enough.
    Owner,
}

impl Access {
    /// The least role, if one is needed.
    const fn role(self) -> Option<Role> {
        match self {
            Self::Anyone => None,
            Self::Member | Self::Person => Some(Role::Member),
            Self::Admin => Some(Role::Admin),
            Self::Owner => Some(Role::Owner),
        }
    }

    /// Whether a personal token opens it, if its owner's role does.
    const fn by_token(self) -> bool {
        match self {
            Self::Anyone | Self::Member | Self::Admin => true,
            Self::Person | Self::Owner => false,
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

const SESSION: &str = "session";
const TOKEN: &str = "token";

impl Api {
    pub(super) fn new() -> Self {
        Self(OpenApiRouter::with_openapi(document()))
    }

    /// Adds handlers of one path. What they change is written into the audit.
    pub(super) fn route(self, access: Access, routes: UtoipaMethodRouter<App>) -> Self {
        self.add(access, routes.layer(middleware::from_fn(audit::record)))
    }

    /// Adds handlers whose requests are rows of the log, and so none of the audit.
    pub(super) fn logged(self, access: Access, mut routes: UtoipaMethodRouter<App>) -> Self {
        for operation in operations(&mut routes) {
            let extension = ExtensionsBuilder::new().add("x-audit", false).build();
            operation.extensions.get_or_insert_default().merge(extension);
        }
        self.add(access, routes)
    }

    fn add(self, access: Access, mut routes: UtoipaMethodRouter<App>) -> Self {
        for operation in operations(&mut routes) {
            let name = access.role().map_or("anyone", Role::as_str);
            let extension = ExtensionsBuilder::new().add("x-access", name).build();
            operation.extensions.get_or_insert_default().merge(extension);
            let schemes = match access {
                Access::Anyone => &[][..],
                _ if access.by_token() => &[SESSION, TOKEN],
                _ => &[SESSION],
            };
            let needed = schemes.iter().map(|scheme| SecurityRequirement::new(*scheme, Vec::<String>::new()));
            operation.security = Some(needed.collect());
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

fn operations(routes: &mut UtoipaMethodRouter<App>) -> impl Iterator<Item = &mut Operation> {
    let items = routes.1.paths.values_mut();
    items.flat_map(|item| {
        [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
    })
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
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A personal token, made by POST /api/tokens."))
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(SESSION, SecurityScheme::ApiKey(cookie));
    components.add_security_scheme(TOKEN, SecurityScheme::Http(token));
    document
}

/// The request came with a personal token.
#[derive(Debug, Clone, Copy)]
struct ByToken;

/// Finds out who is calling. Also turns away what another site's page sent.
pub(super) async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    // A browser adds cookies by itself, but no tokens: whoever sends one means it, wherever their page came from.
    let by_token = personal_token(request.headers()).is_some();
    if by_token {
        request.extensions_mut().insert(ByToken);
    } else if guard::is_cross_site(request.method(), request.headers()) {
        return Refusal::CrossSite.into_response();
    }
    match who(&app, request.headers()).await {
        Ok(Some(user)) => {
            request.extensions_mut().insert(Actor(user));
        }
        Ok(None) if by_token => return Refusal::WrongToken.into_response(),
        Ok(None) => {}
        Err(error) => return Refusal::from(error).into_response(),
    }
    request.extensions_mut().insert(app);
    next.run(request).await
}

/// The person that a request's headers prove.
pub(super) async fn who(app: &App, headers: &HeaderMap) -> Result<Option<User>, store::Error> {
    if let Some(token) = personal_token(headers) {
        app.store.tokens().find(token.expose_secret()).await
    } else if let Some(token) = session_token(headers) {
        app.store.sessions().find(token.expose_secret()).await
    } else {
        Ok(None)
    }
}

async fn allow(access: Access, request: Request, next: Next) -> Response {
    let Some(needed) = access.role() else { return next.run(request).await };
    match request.extensions().get::<Actor>() {
        None => Refusal::Unauthenticated.into_response(),
        Some(actor) if actor.0.role < needed => Refusal::Forbidden.into_response(),
        Some(_) if !access.by_token() && request.extensions().get::<ByToken>().is_some() => {
            Refusal::NotByToken.into_response()
        }
        Some(_) => next.run(request).await,
    }
}

/// The name of the cookie that holds a session's token.
pub const SESSION_COOKIE: &str = "aigw_session";

/// The personal token that a request presents.
fn personal_token(headers: &HeaderMap) -> Option<SecretString> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && token.starts_with(TOKEN_PREFIX)).then(|| token.to_owned().into())
}

/// Where a sign-in comes from.
pub(super) fn signed_in_from(address: IpAddr, headers: &HeaderMap) -> SignedInFrom {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    SignedInFrom {
        client_ip: Some(address.to_string()),
        user_agent: agent.map(|agent| agent.chars().take(512).collect()),
    }
}

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
    let secure = if guard::is_behind_tls(headers, &app.settings().public_urls) { "; Secure" } else { "" };
    let (token, age) = token.map_or(("", 0), |token| (token.expose_secret(), 7 * 24 * 60 * 60));
    let cookie = format!("{SESSION_COOKIE}={token}; Path=/api; HttpOnly; SameSite=Strict; Max-Age={age}{secure}");
    let mut value = HeaderValue::try_from(cookie).ok()?;
    value.set_sensitive(true);
    Some(value)
}
