use std::collections::BTreeMap;

use api::channels::{ChannelPatch, ChannelStatus, ChannelTest};
use api::keys::{KeyPatch, KeyQuery, KeySort, KeyStatus, NewKey};
use api::list::Sort;
use api::models::{ModelPatch, ModelStatus, NewModel};
use api::users::{AccountPatch, AccountStatus};
use secrecy::ExposeSecret;
use store::{ChannelError, ModelError, RelayChannel, Scope, Store, parse_access_key};

use crate::support::{Home, NOW, channel, member};

fn status(status: AccountStatus) -> AccountPatch {
    AccountPatch { status: Some(status), ..AccountPatch::default() }
}

fn secrets(channel: &RelayChannel) -> Vec<&str> {
    channel.keys.iter().map(|key| key.secret.expose_secret()).collect()
}

fn new_key(name: &str) -> NewKey {
    NewKey { name: name.to_owned(), models: vec!["m".to_owned()], ..NewKey::default() }
}

async fn only(store: &Store) -> RelayChannel {
    let mut channels = store.channels().for_relay().await.unwrap();
    assert_eq!(channels.len(), 1);
    channels.remove(0)
}

#[tokio::test]
async fn a_channel_comes_back_as_it_was_made() {
    let home = Home::new();
    let store = home.open().await;
    let made = store
        .channels()
        .create(channel("main", &["sk-first-1234", "short", " sk-first-1234 "], &["b", "a", "b"]))
        .await
        .unwrap();
    assert_eq!(made.models, ["b", "a"]);
    assert_eq!(made.groups, ["default"]);
    assert_eq!((made.created_at, made.last_test.clone()), (NOW, None));
    let last4: Vec<&str> = made.keys.iter().map(|key| key.last4.as_str()).collect();
    assert_eq!(last4, ["1234", ""]);
    assert_eq!(store.channels().get(made.id).await.unwrap(), Some(made.clone()));
    assert_eq!(store.channels().get(made.id + 1).await.unwrap(), None);
    let channels = store.channels().all().await.unwrap();
    assert_eq!(channels, [made]);
    assert_eq!(secrets(&only(&store).await), ["sk-first-1234", "short"]);
    store.close().await;
}

#[tokio::test]
async fn keys_survive_a_restart_sealed() {
    let home = Home::new();
    let store = home.open().await;
    store.channels().create(channel("main", &["sk-first-1234"], &["a"])).await.unwrap();
    store.close().await;
    let store = home.open().await;
    assert_eq!(secrets(&only(&store).await), ["sk-first-1234"]);
    store.close().await;
}

#[tokio::test]
async fn a_patch_changes_what_it_names_only() {
    let home = Home::new();
    let store = home.open().await;
    let mut new = channel("main", &["sk-first-1234"], &["a"]);
    new.base_url = Some("https://example.com/v1".to_owned());
    new.test_model = Some("a".to_owned());
    let made = store.channels().create(new).await.unwrap();
    home.clock.advance(5);

    let nothing = store.channels().update(made.id, ChannelPatch::default()).await.unwrap().unwrap();
    assert_ne!(nothing.updated_at, made.updated_at);
    assert_eq!(api::channels::Channel { updated_at: made.updated_at, ..nothing }, made);

    let changed = store
        .channels()
        .update(
            made.id,
            ChannelPatch {
                base_url: Some(String::new()),
                test_model: Some(String::new()),
                add_keys: vec!["sk-second-5678".to_owned(), "sk-first-1234".to_owned()],
                remove_keys: vec![made.keys[0].id],
                status: Some(ChannelStatus::Disabled),
                priority: Some(9),
                ..ChannelPatch::default()
            },
        )
        .await
        .unwrap()
        .unwrap();
    assert_eq!((changed.base_url, changed.test_model), (None, None));
    assert_eq!((changed.status, changed.priority), (ChannelStatus::Disabled, 9));
    let relay = only(&store).await;
    assert_eq!(secrets(&relay), ["sk-second-5678", "sk-first-1234"]);
    assert!(!relay.enabled);

    // A channel may be without keys: a local server needs none.
    let without = store
        .channels()
        .update(
            made.id,
            ChannelPatch { remove_keys: changed.keys.iter().map(|key| key.id).collect(), ..ChannelPatch::default() },
        )
        .await
        .unwrap()
        .unwrap();
    assert!(without.keys.is_empty());
    let absent = store.channels().update(99, ChannelPatch::default()).await;
    assert!(absent.unwrap().is_none());
    store.close().await;
}

#[tokio::test]
async fn a_key_is_removed_from_its_own_channel_only() {
    let home = Home::new();
    let store = home.open().await;
    let one = store.channels().create(channel("one", &["sk-1"], &["a"])).await.unwrap();
    let two = store.channels().create(channel("two", &["sk-1"], &["a"])).await.unwrap();
    let patch = ChannelPatch { remove_keys: vec![two.keys[0].id], ..ChannelPatch::default() };
    store.channels().update(one.id, patch).await.unwrap();
    let keys: Vec<usize> =
        store.channels().for_relay().await.unwrap().iter().map(|channel| channel.keys.len()).collect();
    assert_eq!(keys, [1, 1]);
    store.close().await;
}

#[tokio::test]
async fn channel_names_are_unique() {
    let home = Home::new();
    let store = home.open().await;
    store.channels().create(channel("one", &[], &["a"])).await.unwrap();
    let two = store.channels().create(channel("two", &[], &["a"])).await.unwrap();
    let again = store.channels().create(channel("one", &["sk-1"], &["zzz"])).await;
    assert!(matches!(again, Err(ChannelError::NameTaken)));
    let patch = ChannelPatch { name: Some("one".to_owned()), ..ChannelPatch::default() };
    let renamed = store.channels().update(two.id, patch).await;
    assert!(matches!(renamed, Err(ChannelError::NameTaken)));
    // What failed left nothing behind.
    let models = store.models().all().await.unwrap();
    assert!(models.iter().all(|model| model.name != "zzz"));
    store.close().await;
}

#[tokio::test]
async fn a_sealed_key_moved_to_another_row_is_not_used() {
    let home = Home::new();
    let store = home.open().await;
    store.channels().create(channel("main", &["sk-first", "sk-second"], &["a"])).await.unwrap();
    let mut sql = home.sql().await;
    sqlx::query("UPDATE channel_keys SET sealed = (SELECT sealed FROM channel_keys ORDER BY id DESC LIMIT 1)")
        .execute(&mut sql)
        .await
        .unwrap();
    assert_eq!(secrets(&only(&store).await), ["sk-second"]);
    store.close().await;
}

#[tokio::test]
async fn a_test_is_remembered() {
    let home = Home::new();
    let store = home.open().await;
    let made = store.channels().create(channel("main", &[], &["a"])).await.unwrap();
    let test = ChannelTest {
        ok: false,
        model: "a".to_owned(),
        asked: api::models::ModelKind::Chat,
        key_last4: "1234".to_owned(),
        status: Some(401),
        latency_ms: 210,
        error: Some("Incorrect API key".to_owned()),
        tested_at: NOW,
    };
    assert!(store.channels().record_test(made.id, &test).await.unwrap());
    assert!(!store.channels().record_test(99, &test).await.unwrap());
    let found = store.channels().get(made.id).await.unwrap().unwrap();
    assert_eq!(found.last_test.as_ref(), Some(&test));
    assert_eq!(store.channels().count_failing().await.unwrap(), 1);
    let off = ChannelPatch { status: Some(ChannelStatus::Disabled), ..ChannelPatch::default() };
    store.channels().update(made.id, off).await.unwrap();
    assert_eq!(store.channels().count_failing().await.unwrap(), 0, "what a person switched off waits for nobody");
    let on = ChannelPatch { status: Some(ChannelStatus::Enabled), ..ChannelPatch::default() };
    store.channels().update(made.id, on).await.unwrap();
    store.channels().record_test(made.id, &ChannelTest { ok: true, ..test }).await.unwrap();
    assert_eq!(store.channels().count_failing().await.unwrap(), 0);
    store.close().await;
}

#[tokio::test]
async fn pages_and_searches_find_what_they_should() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "anna").await;
    for name in ["Alpha_1", "alpha21", "beta", "100%"] {
        store.keys().create(anna.id, new_key(name)).await.unwrap();
    }
    let names = async |query: KeyQuery| -> (i64, Vec<String>) {
        let query = KeyQuery { sort: Sort::up(KeySort::CreatedAt), ..query };
        let page = store.keys().list(Scope::All, anna.id, &query).await.unwrap();
        (page.total, page.items.into_iter().map(|key| key.name).collect())
    };
    let search = |text: &str| KeyQuery { search: Some(text.to_owned()), ..KeyQuery::default() };
    assert_eq!(names(search("ALPHA")).await, (2, vec!["Alpha_1".to_owned(), "alpha21".to_owned()]));
    assert_eq!(names(search("a_1")).await, (1, vec!["Alpha_1".to_owned()]));
    assert_eq!(names(search("%")).await, (1, vec!["100%".to_owned()]));
    let second = KeyQuery { page: 2, page_size: 3, ..KeyQuery::default() };
    assert_eq!(names(second).await, (4, vec!["100%".to_owned()]));
    let beyond = KeyQuery { page: i64::MAX, page_size: -1, ..KeyQuery::default() };
    assert_eq!(names(beyond).await, (4, vec![]));
    store.close().await;
}

#[tokio::test]
async fn naming_a_model_in_a_channel_makes_it() {
    let home = Home::new();
    let store = home.open().await;
    let many: Vec<String> = (0..250).map(|i| format!("model-{i:03}")).collect();
    let mut new = channel("main", &[], &[]);
    new.models = many.clone();
    let made = store.channels().create(new).await.unwrap();
    store.channels().create(channel("other", &[], &["model-000", "extra"])).await.unwrap();
    let mut models = store.models().all().await.unwrap();
    assert_eq!(models.len(), 251);
    let zero = models.remove(1);
    assert_eq!((zero.name.as_str(), zero.channels), ("model-000", 2));

    let off = ChannelPatch { status: Some(ChannelStatus::Disabled), ..ChannelPatch::default() };
    store.channels().update(made.id, off).await.unwrap();
    let zero = store.models().get(zero.id).await.unwrap().unwrap();
    assert_eq!(zero.channels, 1);

    let off = ModelPatch { status: Some(ModelStatus::Disabled), ..ModelPatch::default() };
    let zero = store.models().update(zero.id, off).await.unwrap().unwrap();
    assert_eq!(zero.status, ModelStatus::Disabled);
    let relay = store.models().for_relay().await.unwrap();
    assert_eq!(
        relay.iter().filter(|model| !model.enabled).map(|model| model.name.as_str()).collect::<Vec<_>>(),
        ["model-000"]
    );
    let absent = store.models().update(9999, ModelPatch::default()).await;
    assert_eq!(absent.unwrap(), None);
    store.close().await;
}

#[tokio::test]
async fn model_names_are_unique() {
    let home = Home::new();
    let store = home.open().await;
    let new = || NewModel { name: "gpt".to_owned(), ..NewModel::default() };
    let made = store.models().create(new()).await.unwrap();
    assert!(matches!(store.models().create(new()).await, Err(ModelError::NameTaken { is_alias: false, .. })));
    assert!(store.models().delete(made.id).await.unwrap());
    assert!(!store.models().delete(made.id).await.unwrap());
    store.models().create(new()).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn an_access_key_matches_its_own_secret_only() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "anna").await;
    let one = store.keys().create(anna.id, new_key("one")).await.unwrap();
    let two = store.keys().create(anna.id, new_key("two")).await.unwrap();
    let (id, secret) = parse_access_key(&one.secret).unwrap();
    let (_, other) = parse_access_key(&two.secret).unwrap();
    assert_eq!(id, one.key.public_id);
    assert!(secret.ends_with(&one.key.last4));
    assert_eq!((one.key.username.as_str(), one.key.group.as_str()), ("anna", "default"));
    let key = store.keys().for_relay_one(one.key.id).await.unwrap().unwrap();
    assert_eq!((key.public_id.as_str(), key.models.as_slice()), (id, ["m".to_owned()].as_slice()));
    assert!(key.matches(secret, store.vault()));
    assert!(!key.matches(other, store.vault()));
    assert!(!key.matches("", store.vault()));
    assert!(store.keys().create(99, new_key("nobody's")).await.is_err());
    store.close().await;
}

#[tokio::test]
async fn a_key_is_enabled_when_it_and_its_user_are() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "anna").await;
    let made = store.keys().create(anna.id, new_key("one")).await.unwrap();
    let enabled = async || store.keys().for_relay().await.unwrap()[0].enabled;
    let set = |status| KeyPatch { status: Some(status), ..KeyPatch::default() };
    assert!(enabled().await);
    store.accounts().update(anna.id, status(AccountStatus::Disabled)).await.unwrap();
    assert!(!enabled().await);
    store.accounts().update(anna.id, status(AccountStatus::Enabled)).await.unwrap();
    store.keys().update(Scope::All, made.key.id, set(KeyStatus::Disabled)).await.unwrap();
    assert!(!enabled().await);
    store.keys().update(Scope::All, made.key.id, set(KeyStatus::Enabled)).await.unwrap();
    assert!(enabled().await);
    store.close().await;
}

#[tokio::test]
async fn other_peoples_keys_do_not_exist() {
    let home = Home::new();
    let store = home.open().await;
    let (anna, bob) = (member(&store, "anna").await, member(&store, "bob").await);
    let keys = store.keys();
    let id = keys.create(anna.id, new_key("annas")).await.unwrap().key.id;
    keys.create(bob.id, new_key("bobs")).await.unwrap();
    let foreign = Scope::User(bob.id);
    assert_eq!(keys.get(foreign, id).await.unwrap(), None);
    assert_eq!(keys.update(foreign, id, KeyPatch::default()).await.unwrap(), None);
    assert!(!keys.delete(foreign, id).await.unwrap());
    let seen = keys.list(foreign, bob.id, &KeyQuery::default()).await.unwrap();
    assert_eq!((seen.total, seen.items[0].name.as_str()), (1, "bobs"));
    assert_eq!(keys.list(Scope::All, bob.id, &KeyQuery::default()).await.unwrap().total, 2);

    let renamed = KeyPatch { name: Some("mine".to_owned()), ..KeyPatch::default() };
    let own = keys.update(Scope::User(anna.id), id, renamed).await.unwrap().unwrap();
    assert_eq!((own.name.as_str(), own.models.as_slice()), ("mine", ["m".to_owned()].as_slice()));
    assert!(keys.delete(Scope::User(anna.id), id).await.unwrap());
    assert!(keys.for_relay_one(id).await.unwrap().is_none());
    store.close().await;
}

#[tokio::test]
async fn a_setting_is_what_it_was_set_to_last() {
    let home = Home::new();
    let store = home.open().await;
    assert_eq!(store.settings().get("colour").await.unwrap(), None);
    store.settings().set("colour", "red").await.unwrap();
    store.settings().set("colour", "blue").await.unwrap();
    assert_eq!(store.settings().get("colour").await.unwrap().as_deref(), Some("blue"));
    store.close().await;
}

#[tokio::test]
async fn what_was_chosen_is_apart_from_other_settings_and_can_be_forgotten() {
    let home = Home::new();
    let store = home.open().await;
    let settings = store.settings();
    assert_eq!(settings.chosen().await.unwrap(), BTreeMap::new());
    let choose = |values: &[(&str, Option<&str>)]| {
        let owned = values.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned)));
        settings.choose(owned.collect())
    };
    choose(&[("egress", Some("\"public\"")), ("audit_days", Some("90"))]).await.unwrap();
    choose(&[("egress", None), ("audit_days", Some("30")), ("drain_seconds", None)]).await.unwrap();
    assert_eq!(settings.chosen().await.unwrap(), BTreeMap::from([("audit_days".to_owned(), "30".to_owned())]));
    assert_eq!(settings.get("audit_days").await.unwrap(), None);
    store.close().await;
}
