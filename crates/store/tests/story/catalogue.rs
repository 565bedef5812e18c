use api::channels::ChannelPatch;
use api::keys::{KeyPatch, NewKey};
use api::models::{Capability, ModelKind, ModelPatch, NewModel};
use api::providers::{NewProvider, ProviderPatch};
use store::{ChannelError, KeyError, ModelError, ProviderError, Scope, Store};

use crate::support::{Home, NOW, channel, member};

fn new_model(name: &str, aliases: &[&str]) -> NewModel {
    NewModel { name: name.to_owned(), aliases: texts(aliases), ..NewModel::default() }
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

fn aliases(list: &[&str]) -> ModelPatch {
    ModelPatch { aliases: Some(texts(list)), ..ModelPatch::default() }
}

fn own_provider(slug: &str) -> NewProvider {
    serde_json::from_value(serde_json::json!({"slug": slug, "name": "Mine", "base_url": "http://10.0.0.5/v1"})).unwrap()
}

#[tokio::test]
async fn a_name_means_one_model_whether_it_is_a_name_or_an_alias() {
    let home = Home::new();
    let store = home.open().await;
    let one = store.models().create(new_model("one", &["first", "uno", "first"])).await.unwrap();
    assert_eq!(one.aliases, ["first", "uno"]);
    let two = store.models().create(new_model("two", &[])).await.unwrap();
    let taken = |result: Result<_, ModelError>| match result.map(|_: Option<_>| ()) {
        Err(ModelError::NameTaken { is_alias, name, model }) => (is_alias, name, model),
        other => panic!("{other:?}"),
    };
    let expected = |is_alias, name: &str, model: &str| (is_alias, name.to_owned(), model.to_owned());
    let made = store.models().create(new_model("uno", &[])).await;
    assert_eq!(taken(made.map(Some)), expected(false, "uno", "one"));
    let made = store.models().create(new_model("three", &["two"])).await;
    assert_eq!(taken(made.map(Some)), expected(true, "two", "two"));
    assert_eq!(store.models().all().await.unwrap().len(), 2, "what was refused left nothing");
    for alias in ["one", "first", "two"] {
        let changed = store.models().update(two.id, aliases(&["zwei", alias])).await;
        assert!(taken(changed).0, "{alias}");
    }
    assert!(store.models().get(two.id).await.unwrap().unwrap().aliases.is_empty());
    store.models().update(one.id, aliases(&["uno"])).await.unwrap();
    let moved = store.models().update(two.id, aliases(&["first"])).await.unwrap().unwrap();
    assert_eq!(moved.aliases, ["first"]);
    store.models().delete(one.id).await.unwrap();
    store.models().create(new_model("uno", &[])).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_channel_cannot_serve_an_alias() {
    let home = Home::new();
    let store = home.open().await;
    store.models().create(new_model("one", &["first"])).await.unwrap();
    let refused = store.channels().create(channel("main", &[], &["two", "first"])).await;
    assert!(matches!(refused, Err(ChannelError::ModelIsAlias { name, model }) if name == "first" && model == "one"));
    let made = store.channels().create(channel("main", &[], &["one"])).await.unwrap();
    let patch = ChannelPatch { models: Some(texts(&["first"])), ..ChannelPatch::default() };
    let refused = store.channels().update(made.id, patch).await;
    assert!(matches!(refused, Err(ChannelError::ModelIsAlias { .. })));
    let names: Vec<String> = store.models().all().await.unwrap().into_iter().map(|model| model.name).collect();
    assert_eq!(names, ["one"]);
    store.close().await;
}

#[tokio::test]
async fn what_was_said_of_a_model_is_changed_one_by_one_and_taken_back_by_null() {
    let home = Home::new();
    let store = home.open().await;
    let made = store.models().create(new_model("m", &[])).await.unwrap();
    assert_eq!((made.own.owner.clone(), made.context), (None, None));
    let patch = ModelPatch {
        owner: Some(Some("Us".to_owned())),
        kind: Some(Some(ModelKind::Chat)),
        capabilities: Some(Some(vec![Capability::Tools])),
        context: Some(Some(8192)),
        ..ModelPatch::default()
    };
    let changed = store.models().update(made.id, patch).await.unwrap().unwrap();
    assert_eq!(changed.own.capabilities, Some(vec![Capability::Tools]));
    let patch = ModelPatch { capabilities: Some(None), max_output: Some(Some(512)), ..ModelPatch::default() };
    let changed = store.models().update(made.id, patch).await.unwrap().unwrap();
    assert_eq!((changed.own.owner.as_deref(), changed.own.kind), (Some("Us"), Some(ModelKind::Chat)));
    assert_eq!((changed.own.capabilities, changed.own.context, changed.own.max_output), (None, Some(8192), Some(512)));
    store.close().await;
}

#[tokio::test]
async fn a_model_says_who_serves_it_the_first_choice_in_front() {
    let home = Home::new();
    let store = home.open().await;
    let mut second = channel("second", &[], &["m"]);
    second.priority = 1;
    let mut first = channel("first", &[], &["m", "n"]);
    first.priority = 5;
    first.model_mapping = [("m".to_owned(), "up-m".to_owned())].into();
    let mut off = channel("off", &[], &["m"]);
    off.status = api::channels::ChannelStatus::Disabled;
    for new in [off, second, first] {
        store.channels().create(new).await.unwrap();
    }
    let model = store.models().all().await.unwrap().remove(0);
    let served: Vec<_> =
        model.served_by.iter().map(|by| (by.channel_name.as_str(), by.upstream_model.as_str())).collect();
    assert_eq!(served, [("first", "up-m"), ("second", "m"), ("off", "m")]);
    assert_eq!(model.channels, 2, "a disabled channel serves nothing");
    store.close().await;
}

#[tokio::test]
async fn a_key_is_limited_to_its_networks_and_belongs_to_a_group_that_exists() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "anna").await;
    let new = NewKey { ip_allow: texts(&["10.0.0.0/8", "::ffff:203.0.113.7", "fd00::/8"]), ..named("k") };
    let made = store.keys().create(anna.id, new).await.unwrap();
    let admits = async |store: &Store, ip: &str| {
        store.keys().for_relay_one(made.key.id).await.unwrap().unwrap().admits(ip.parse().unwrap())
    };
    for (ip, expected) in [
        ("10.1.2.3", true),
        ("203.0.113.7", true),
        ("fd00::5", true),
        ("11.0.0.1", false),
        ("203.0.113.8", false),
        ("::1", false),
    ] {
        assert_eq!(admits(&store, ip).await, expected, "{ip}");
    }
    let open = KeyPatch { ip_allow: Some(Vec::new()), ..KeyPatch::default() };
    store.keys().update(Scope::All, made.key.id, open).await.unwrap();
    assert!(admits(&store, "11.0.0.1").await);

    let nowhere = NewKey { group: Some("nowhere".to_owned()), ..named("n") };
    assert!(matches!(store.keys().create(anna.id, nowhere).await, Err(KeyError::NoSuchGroup)));
    assert!(matches!(store.keys().create(999, named("x")).await, Err(KeyError::NoSuchUser)));
    let patch = KeyPatch { group: Some("nowhere".to_owned()), ..KeyPatch::default() };
    assert!(matches!(store.keys().update(Scope::All, made.key.id, patch).await, Err(KeyError::NoSuchGroup)));
    store.close().await;
}

fn named(name: &str) -> NewKey {
    NewKey { name: name.to_owned(), ..NewKey::default() }
}

#[tokio::test]
async fn a_keys_expiry_can_be_moved_and_taken_away() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "anna").await;
    let made = store.keys().create(anna.id, NewKey { expires_at: Some(NOW), ..named("k") }).await.unwrap();
    let patched = async |expires_at| {
        let patch = KeyPatch { expires_at, ..KeyPatch::default() };
        store.keys().update(Scope::All, made.key.id, patch).await.unwrap().unwrap().expires_at
    };
    assert_eq!(patched(None).await, Some(NOW));
    let later = api::Time::from_millis(NOW.as_millis() + 1);
    assert_eq!(patched(Some(Some(later))).await, Some(later));
    assert_eq!(patched(Some(None)).await, None);
    store.close().await;
}

#[tokio::test]
async fn the_playground_is_a_key_that_nobody_holds() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "anna").await;
    let key = store.keys().playground(anna.id).await.unwrap().unwrap();
    assert_eq!((key.id, key.user_id, key.name.as_str(), key.group.as_str()), (0, anna.id, "Playground", "default"));
    assert!(!key.matches("", store.vault()));
    assert!(store.keys().for_relay().await.unwrap().is_empty());
    assert!(store.keys().playground(99).await.unwrap().is_none());
    store.close().await;
}

#[tokio::test]
async fn a_provider_that_a_channel_points_at_stays() {
    let home = Home::new();
    let store = home.open().await;
    store.providers().create(own_provider("mine")).await.unwrap();
    assert!(matches!(store.providers().create(own_provider("mine")).await, Err(ProviderError::SlugTaken)));
    let mut new = channel("main", &[], &["m"]);
    new.provider = "mine".to_owned();
    let made = store.channels().create(new).await.unwrap();
    assert_eq!(store.providers().channels().await.unwrap(), [("mine".to_owned(), 1)]);
    let refused = store.providers().delete("mine").await;
    assert!(matches!(refused, Err(ProviderError::InUse(names)) if names == ["main"]));
    store.channels().delete(made.id).await.unwrap();
    assert!(store.providers().delete("mine").await.unwrap());
    assert!(!store.providers().delete("mine").await.unwrap());
    store.close().await;
}

#[tokio::test]
async fn a_change_of_a_built_in_provider_is_a_row_that_can_go_again() {
    let home = Home::new();
    let store = home.open().await;
    let patch = ProviderPatch {
        base_url: Some(Some("https://proxy.example/v1".to_owned())),
        enabled: Some(false),
        ..ProviderPatch::default()
    };
    assert!(store.providers().update("openai", true, patch).await.unwrap());
    let back = ProviderPatch { base_url: Some(None), ..ProviderPatch::default() };
    assert!(store.providers().update("openai", true, back).await.unwrap());
    let row = store.providers().all().await.unwrap().remove(0);
    assert_eq!((row.base_url, row.enabled, row.builtin), (None, false, true));
    assert!(!store.providers().update("nobody", false, ProviderPatch::default()).await.unwrap());
    assert!(store.providers().delete("openai").await.unwrap());
    assert!(store.providers().all().await.unwrap().is_empty());
    store.close().await;
}

#[tokio::test]
async fn ones_own_provider_keeps_its_name_and_address() {
    let home = Home::new();
    let store = home.open().await;
    store.providers().create(own_provider("mine")).await.unwrap();
    let patch = ProviderPatch { name: Some(None), base_url: Some(None), ..ProviderPatch::default() };
    assert!(store.providers().update("mine", false, patch).await.unwrap());
    let row = store.providers().all().await.unwrap().remove(0);
    assert_eq!((row.name.as_deref(), row.base_url.as_deref()), (Some("Mine"), Some("http://10.0.0.5/v1")));
    store.close().await;
}
