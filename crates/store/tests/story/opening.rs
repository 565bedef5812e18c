use std::sync::Arc;

use secrecy::SecretString;
use sqlx::Connection;
use store::{Durability, FixedClock, MasterKeyMode, MasterKeySource, Options, Store};

use crate::support::{Home, NOW, channel, refusal};

const HEX: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn env(key: &str) -> MasterKeySource {
    MasterKeySource::Env(SecretString::from(key))
}

#[tokio::test]
async fn a_new_directory_gets_a_database_and_a_master_key() {
    let home = Home::new();
    let store = home.open().await;
    let opened = store.opened();
    assert!(opened.created_database);
    assert_eq!(opened.master_key, MasterKeyMode::Data);
    assert_eq!(opened.created_master_key, Some(home.data().join("master.key")));
    assert_eq!((opened.interrupted, &opened.backup), (0, &None));
    store.ping().await.unwrap();
    store.close().await;

    let again = home.open().await;
    assert!(!again.opened().created_database);
    assert_eq!(again.opened().created_master_key, None);
    again.close().await;
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_directory() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let store = home.open().await;
    store.settings().set("a", "b").await.unwrap();
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(home.data()), 0o700);
    let names: Vec<String> = home.files().into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&"gateway.db-wal".to_owned()), "{names:?}");
    for name in names {
        assert_eq!(mode(home.data().join(&name)), 0o600, "{name}");
    }
    store.close().await;
}

#[tokio::test]
async fn a_directory_in_use_is_refused() {
    let home = Home::new();
    let first = home.open().await;
    let message = refusal(Store::open(home.options()).await);
    assert!(message.contains("another gateway uses"), "{message}");
    assert!(message.contains(&home.data().display().to_string()));
    first.close().await;
    home.open().await.close().await;
}

#[tokio::test]
async fn a_closed_store_refuses_every_call() {
    let home = Home::new();
    let store = home.open().await;
    store.close().await;
    assert!(store.ping().await.is_err());
    assert!(store.settings().get("a").await.is_err());
    assert!(store.settings().set("a", "b").await.is_err());
    store.close().await;
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_as_it_is() {
    let home = Home::new();
    home.open().await.close().await;
    let mut sql = home.sql().await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'later', 1, x'00', 0)",
    )
    .execute(&mut sql)
    .await
    .unwrap();
    // Keeps the log of writes from being folded in, as a crash would.
    let before = home.files();
    let message = refusal(Store::open(home.options()).await);
    assert!(message.contains("newer version"), "{message}");
    assert!(message.contains("9999"), "{message}");
    let read = |name: &str| std::fs::read(home.data().join(name)).unwrap();
    for (name, bytes) in before {
        // Readers write down in the shared memory that they are there.
        if name != "gateway.db-shm" {
            assert!(read(&name) == bytes, "{name} changed");
        }
    }
    sql.close().await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let home = Home::new();
    std::fs::create_dir(home.data()).unwrap();
    let text = b"This is somebody's diary, and long enough to be taken for a header of a database file.".repeat(20);
    std::fs::write(home.database(), &text).unwrap();
    let message = refusal(Store::open(home.options()).await);
    assert!(message.contains("isn't a database of this gateway"), "{message}");
    assert_eq!(std::fs::read(home.database()).unwrap(), text);
}

#[tokio::test]
async fn another_programs_database_is_refused() {
    let home = Home::new();
    std::fs::create_dir(home.data()).unwrap();
    std::fs::write(home.database(), b"").unwrap();
    let mut sql = home.sql().await;
    sqlx::query("CREATE TABLE diary (day TEXT)").execute(&mut sql).await.unwrap();
    sql.close().await.unwrap();
    let before = std::fs::read(home.database()).unwrap();
    let message = refusal(Store::open(home.options()).await);
    assert!(message.contains("no AI Gateway made"), "{message}");
    assert!(std::fs::read(home.database()).unwrap() == before);
}

#[tokio::test]
async fn the_directory_may_have_any_name() {
    let home = Home::new();
    let options = Options {
        data_dir: home.outside().join("a b/c?mode=ro#d%20/日本"),
        durability: Durability::Power,
        master_key: MasterKeySource::Default,
        clock: Arc::new(FixedClock::new(NOW)),
    };
    let dir = options.data_dir.clone();
    let store = Store::open(options).await.unwrap();
    store.settings().set("a", "b").await.unwrap();
    store.close().await;
    assert!(dir.join("gateway.db").metadata().unwrap().len() > 0);
}

#[tokio::test]
async fn the_wrong_master_key_is_refused_even_before_the_first_secret() {
    let home = Home::new();
    home.open_with(env(HEX)).await.unwrap().close().await;
    let message = refusal(home.open_with(env(&HEX.replace("00", "01"))).await);
    assert!(message.contains("isn't the one"), "{message}");
    assert!(message.contains("AIGW_MASTER_KEY"), "{message}");
    home.open_with(env(HEX)).await.unwrap().close().await;
}

#[tokio::test]
async fn a_lost_master_key_is_never_replaced() {
    let home = Home::new();
    home.open().await.close().await;
    let key = home.data().join("master.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let message = refusal(Store::open(home.options()).await);
    assert!(message.contains("is missing"), "{message}");
    assert!(!key.exists());

    std::fs::write(&key, kept).unwrap();
    #[cfg(unix)]
    {
        let message = refusal(Store::open(home.options()).await);
        assert!(message.contains("chmod 600"), "{message}");
    }
    close_to_others(&key);
    home.open().await.close().await;
}

#[tokio::test]
async fn a_missing_check_beside_secrets_is_refused() {
    let home = Home::new();
    let store = home.open().await;
    store.channels().create(channel("main", &["sk-1234567890"], &["m"])).await.unwrap();
    store.close().await;
    let mut sql = home.sql().await;
    sqlx::query("DELETE FROM settings").execute(&mut sql).await.unwrap();
    sql.close().await.unwrap();
    let message = refusal(Store::open(home.options()).await);
    assert!(message.contains("master_key_check"), "{message}");
}

#[tokio::test]
async fn a_directory_remembers_where_its_key_comes_from() {
    let home = Home::new();
    home.open_with(env(HEX)).await.unwrap().close().await;
    assert!(!home.data().join("master.key").exists());
    let message = refusal(Store::open(home.options()).await);
    assert!(message.contains("AIGW_MASTER_KEY, which isn't set"), "{message}");
    assert!(!home.data().join("master.key").exists());
}

#[tokio::test]
async fn a_key_may_move_from_one_source_to_another() {
    let home = Home::new();
    home.open_with(env(HEX)).await.unwrap().close().await;
    let file = home.outside().join("the key");
    std::fs::write(&file, HEX).unwrap();
    close_to_others(&file);
    let moved = home.open_with(MasterKeySource::File(file.clone())).await.unwrap();
    assert_eq!(moved.opened().master_key, MasterKeyMode::File(file.clone()));
    moved.close().await;
    // From now on the directory says so itself.
    home.open().await.close().await;

    std::fs::write(&file, HEX.replace("00", "01")).unwrap();
    let message = refusal(Store::open(home.options()).await);
    assert!(message.contains("isn't the one"), "{message}");
    std::fs::write(&file, "not a key").unwrap();
    let message = refusal(Store::open(home.options()).await);
    assert!(message.contains("expected 32 bytes"), "{message}");
    std::fs::remove_file(&file).unwrap();
    let message = refusal(Store::open(home.options()).await);
    assert!(message.contains("can't be read"), "{message}");
}

#[cfg(unix)]
fn close_to_others(file: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn close_to_others(_: &std::path::Path) {}

#[tokio::test]
async fn an_unknown_source_of_the_key_is_refused() {
    let home = Home::new();
    home.open().await.close().await;
    std::fs::write(home.data().join("master-key.source"), "vault\n").unwrap();
    let message = refusal(Store::open(home.options()).await);
    assert!(message.contains("says nothing that this version knows"), "{message}");
}

#[cfg(not(feature = "keyring"))]
#[tokio::test]
async fn a_key_in_the_keyring_is_refused_by_a_build_without_it() {
    let home = Home::new();
    let message = refusal(home.open_with(MasterKeySource::Keyring).await);
    assert!(message.contains("keyring"), "{message}");
    home.open().await.close().await;
    // A directory that says where its key is wins over the desktop's wish for the keyring.
    let store = home.open_with(MasterKeySource::Keyring).await.unwrap();
    assert_eq!(store.opened().master_key, MasterKeyMode::Data);
    store.close().await;
    std::fs::write(home.data().join("master-key.source"), "keyring\n").unwrap();
    let message = refusal(Store::open(home.options()).await);
    assert!(message.contains("this build of the gateway can't read"), "{message}");
}
