use api::logs::LogState;
use secrecy::{ExposeSecret, SecretString};
use store::{Passwords, SignedInFrom, parse_access_key};

use crate::support::{Home, channel, outcome, request};

fn contains(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[tokio::test]
async fn no_secret_lies_in_any_file_but_the_master_key() {
    const PROVIDER_KEY: &str = "sk-canary-provider-0123456789";
    const REMOVED_KEY: &str = "sk-canary-removed-0123456789";
    const PASSWORD: &str = "canary password 0123456789";
    let home = Home::new();
    let store = home.open().await;
    let hash = Passwords::new().hash(SecretString::from(PASSWORD)).await.unwrap();
    let owner = store.users().create_owner("owner", hash).await.unwrap().unwrap();
    let made = store.channels().create(channel("main", &[PROVIDER_KEY, REMOVED_KEY], &["m"])).await.unwrap();
    let patch = api::channels::ChannelPatch { remove_keys: vec![made.keys[1].id], ..Default::default() };
    store.channels().update(made.id, patch).await.unwrap();
    let new = serde_json::from_str(r#"{"name":"laptop"}"#).unwrap();
    let access_key = store.keys().create(owner.id, new).await.unwrap();
    let session = store.sessions().create(owner.id, SignedInFrom::default()).await.unwrap();
    let new = api::tokens::NewToken { name: "ci".to_owned(), expires_at: None };
    let token = store.tokens().create(owner.id, new).await.unwrap();
    let open = request(owner.id, access_key.key.id);
    let settle = outcome(&open, LogState::Done);
    store.ledger().reject(open, settle).await.unwrap().await.unwrap();

    let (public_id, secret) = parse_access_key(&access_key.secret).unwrap();
    let master_key = std::fs::read_to_string(home.data().join("master.key")).unwrap();
    let canaries =
        [PROVIDER_KEY, REMOVED_KEY, PASSWORD, secret, session.expose_secret(), &token.secret, master_key.trim()];
    let search = || {
        let files = home.files();
        let found_public = files.iter().any(|(_, bytes)| contains(bytes, public_id));
        assert!(found_public, "the search finds what is there");
        for (name, bytes) in files.iter().filter(|(name, _)| name != "master.key") {
            for canary in canaries {
                assert!(!contains(bytes, canary), "{canary} is in {name}");
            }
        }
        files.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    let while_open = search();
    for name in ["gateway.db", "gateway.db-wal", "gateway.lock", "master-key.source"] {
        assert!(while_open.iter().any(|file| file == name), "{while_open:?}");
    }
    store.close().await;
    search();

    for shown in [format!("{store:?}"), format!("{access_key:?}"), format!("{token:?}")] {
        assert!(canaries.iter().all(|canary| !shown.contains(canary)), "{shown}");
    }
}
