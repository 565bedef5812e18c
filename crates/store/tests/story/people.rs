use api::groups::{GroupPatch, NewGroup};
use api::keys::NewKey;
use api::limits::Limits;
use api::page::PageQuery;
use api::session::Role;
use api::tokens::NewToken;
use api::users::{AccountPatch, AccountQuery, AccountStatus, NewAccount};
use futures_util::future::join_all;
use secrecy::ExposeSecret;
use store::{AccountError, GroupError, SignedInFrom, UserError};

use crate::support::{Home, NOW, channel, hash, member};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_owners_at_once_one_is_made() {
    let home = Home::new();
    let store = home.open().await;
    let hash = hash().await;
    let names: Vec<String> = (0..100).map(|i| format!("owner{i}")).collect();
    let made = join_all(names.iter().map(|name| store.users().create_owner(name, hash.clone()))).await;
    let made: Vec<_> = made.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].role, Role::Owner);
    assert_eq!(store.users().owner().await.unwrap().as_ref(), Some(&made[0]));
    store.close().await;
}

#[tokio::test]
async fn a_name_is_taken_whatever_its_case() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "Anna").await;
    let again = store.users().create("ANNA", "Anna", Role::Admin, hash().await).await;
    assert!(matches!(again, Err(UserError::NameTaken)));
    let owner = store.users().create_owner("anna", hash().await).await;
    assert_eq!(owner.unwrap(), None);
    assert!(!store.users().owner_exists().await.unwrap());
    let found = store.users().find_for_login(" aNNa ").await.unwrap().unwrap();
    assert_eq!((found.user, found.enabled), (anna, true));
    assert_eq!(found.hash, hash().await);
    assert!(store.users().find_for_login("bob").await.unwrap().is_none());
    store.close().await;
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_without_use() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "anna").await;
    let token = store.sessions().create(anna.id, SignedInFrom::default()).await.unwrap();
    let find = || store.sessions().find(token.expose_secret());
    home.clock.advance(12 * HOUR - 1);
    assert_eq!(find().await.unwrap(), Some(anna.clone()));
    // That was a use.
    home.clock.advance(12 * HOUR - 1);
    assert_eq!(find().await.unwrap(), Some(anna));
    home.clock.advance(12 * HOUR);
    assert_eq!(find().await.unwrap(), None);
    store.close().await;
}

#[tokio::test]
async fn a_session_ends_after_seven_days_of_use() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "anna").await;
    let token = store.sessions().create(anna.id, SignedInFrom::default()).await.unwrap();
    for _ in 0..7 * 24 - 1 {
        home.clock.advance(HOUR);
        let found = store.sessions().find(token.expose_secret()).await.unwrap();
        assert!(found.is_some());
    }
    home.clock.advance(HOUR);
    let found = store.sessions().find(token.expose_secret()).await.unwrap();
    assert_eq!(found, None);
    // The next one sweeps it away.
    store.sessions().create(anna.id, SignedInFrom::default()).await.unwrap();
    let mut sql = home.sql().await;
    let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sessions").fetch_one(&mut sql).await.unwrap();
    assert_eq!(left, 1);
    store.close().await;
}

#[tokio::test]
async fn a_session_can_be_ended() {
    let home = Home::new();
    let store = home.open().await;
    let (anna, bob) = (member(&store, "anna").await, member(&store, "bob").await);
    let sessions = store.sessions();
    let (one, two) = (
        sessions.create(anna.id, SignedInFrom::default()).await.unwrap(),
        sessions.create(anna.id, SignedInFrom::default()).await.unwrap(),
    );
    let other = sessions.create(bob.id, SignedInFrom::default()).await.unwrap();
    sessions.delete(one.expose_secret()).await.unwrap();
    assert_eq!(sessions.find(one.expose_secret()).await.unwrap(), None);
    assert!(sessions.find(two.expose_secret()).await.unwrap().is_some());
    let [left] = &sessions.list(anna.id, Some(two.expose_secret())).await.unwrap()[..] else { panic!() };
    assert!(left.current);
    assert!(!sessions.end(bob.id, &left.id).await.unwrap(), "it isn't Bob's");
    assert!(sessions.end(anna.id, &left.id).await.unwrap());
    assert_eq!(sessions.find(two.expose_secret()).await.unwrap(), None);
    assert_eq!(sessions.find("").await.unwrap(), None);

    assert!(store.users().set_password(bob.id, hash().await).await.unwrap());
    assert_eq!(sessions.find(other.expose_secret()).await.unwrap(), None);
    assert!(!store.users().set_password(99, hash().await).await.unwrap());
    store.close().await;
}

#[tokio::test]
async fn a_disabled_user_has_no_session() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "anna").await;
    let token = store.sessions().create(anna.id, SignedInFrom::default()).await.unwrap();
    store.accounts().update(anna.id, status(AccountStatus::Disabled)).await.unwrap().unwrap();
    let find = || store.sessions().find(token.expose_secret());
    assert_eq!(find().await.unwrap(), None);
    let late = store.sessions().create(anna.id, SignedInFrom::default()).await.unwrap();
    let found = store.sessions().find(late.expose_secret()).await.unwrap();
    assert_eq!(found, None);
    let login = store.users().find_for_login("anna").await.unwrap().unwrap();
    assert!(!login.enabled);
    store.close().await;
}

fn status(status: AccountStatus) -> AccountPatch {
    AccountPatch { status: Some(status), ..AccountPatch::default() }
}

fn new_account(username: &str, role: Role, group: &str) -> NewAccount {
    NewAccount {
        username: username.to_owned(),
        display_name: " ".to_owned(),
        role,
        group: group.to_owned(),
        budget: None,
        limits: Limits::default(),
        password: String::new(),
    }
}

#[tokio::test]
async fn an_account_is_made_changed_and_found() {
    let home = Home::new();
    let store = home.open().await;
    let accounts = store.accounts();
    let lin = accounts.create(new_account("lin", Role::Owner, "default"), hash().await).await.unwrap();
    assert_eq!((lin.display_name.as_str(), lin.keys, lin.last_seen_at), ("lin", 0, None));
    let taken = accounts.create(new_account(" LIN", Role::Member, "default"), hash().await).await;
    assert!(matches!(taken, Err(AccountError::NameTaken)));
    let nowhere = accounts.create(new_account("mara", Role::Member, "nowhere"), hash().await).await;
    assert!(matches!(nowhere, Err(AccountError::NoSuchGroup)));

    store.keys().create(lin.id, serde_json::from_str(r#"{"name":"laptop"}"#).unwrap()).await.unwrap();
    store.sessions().create(lin.id, SignedInFrom::default()).await.unwrap();
    let patch = AccountPatch { display_name: Some(" Lin Wei ".to_owned()), ..AccountPatch::default() };
    let lin = accounts.update(lin.id, patch).await.unwrap().unwrap();
    assert_eq!((lin.display_name.as_str(), lin.keys, lin.last_seen_at), ("Lin Wei", 1, Some(NOW)));
    accounts.create(new_account("mara", Role::Admin, "default"), hash().await).await.unwrap();
    let search = |text: &str| AccountQuery { search: Some(text.to_owned()), ..AccountQuery::default() };
    assert_eq!(accounts.list(&search("WEI")).await.unwrap().items, [lin]);
    assert_eq!(accounts.list(&search("DEFAULT")).await.unwrap().total, 2);

    assert!(accounts.update(99, AccountPatch::default()).await.unwrap().is_none());
    assert!(!accounts.delete(99).await.unwrap());
    store.close().await;
}

#[tokio::test]
async fn a_person_who_is_deleted_takes_their_keys_along() {
    let home = Home::new();
    let store = home.open().await;
    let bob = member(&store, "bob").await;
    store.keys().create(bob.id, serde_json::from_str(r#"{"name":"laptop"}"#).unwrap()).await.unwrap();
    let token = store.tokens().create(bob.id, NewToken { name: "ci".to_owned(), expires_at: None }).await.unwrap();
    let session = store.sessions().create(bob.id, SignedInFrom::default()).await.unwrap();
    assert!(store.accounts().delete(bob.id).await.unwrap());
    assert!(store.keys().for_relay().await.unwrap().is_empty());
    assert_eq!(store.tokens().find(&token.secret).await.unwrap(), None);
    assert_eq!(store.sessions().find(session.expose_secret()).await.unwrap(), None);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_owners_who_leave_at_once_one_stays() {
    let home = Home::new();
    let store = home.open().await;
    let accounts = store.accounts();
    let mut owners = Vec::new();
    for n in 0..12 {
        let new = new_account(&format!("owner{n}"), Role::Owner, "default");
        owners.push(accounts.create(new, hash().await).await.unwrap().id);
    }
    let leave = owners.iter().enumerate().map(async |(n, &id)| match n % 3 {
        0 => accounts.delete(id).await.map(drop),
        1 => accounts.update(id, status(AccountStatus::Disabled)).await.map(drop),
        _ => accounts.update(id, AccountPatch { role: Some(Role::Member), ..AccountPatch::default() }).await.map(drop),
    });
    let refused: Vec<_> = join_all(leave).await.into_iter().filter_map(Result::err).collect();
    assert!(matches!(refused[..], [AccountError::LastOwner]), "{refused:?}");
    let left = accounts.list(&AccountQuery::default()).await.unwrap().items;
    let able = left.iter().filter(|one| one.role == Role::Owner && one.status == AccountStatus::Enabled);
    assert_eq!(able.count(), 1);
    store.close().await;
}

#[tokio::test]
async fn a_token_works_until_it_ends_and_for_enabled_people_only() {
    let home = Home::new();
    let store = home.open().await;
    let (anna, bob) = (member(&store, "anna").await, member(&store, "bob").await);
    let tokens = store.tokens();
    let until = api::Time::from_millis(NOW.as_millis() + HOUR);
    let short = tokens.create(anna.id, NewToken { name: "short".to_owned(), expires_at: Some(until) }).await.unwrap();
    let long = tokens.create(anna.id, NewToken { name: " long ".to_owned(), expires_at: None }).await.unwrap();
    assert!(long.secret.starts_with("aigw-pat-") && long.secret.ends_with(&long.token.last4));
    assert_eq!(tokens.find(&short.secret).await.unwrap(), Some(anna.clone()));
    home.clock.advance(HOUR);
    assert_eq!(tokens.find(&short.secret).await.unwrap(), None);
    assert_eq!(tokens.find(&long.secret).await.unwrap(), Some(anna.clone()));
    let listed = tokens.list(anna.id).await.unwrap();
    let told: Vec<_> = listed.iter().map(|token| (token.name.as_str(), token.last_used_at)).collect();
    assert_eq!(told, [("long", Some(until)), ("short", Some(NOW))]);

    store.accounts().update(anna.id, status(AccountStatus::Disabled)).await.unwrap();
    assert_eq!(tokens.find(&long.secret).await.unwrap(), None);
    store.accounts().update(anna.id, status(AccountStatus::Enabled)).await.unwrap();
    assert!(tokens.delete(bob.id, long.token.id).await.unwrap().is_none(), "it isn't Bob's");
    assert_eq!(tokens.delete(anna.id, long.token.id).await.unwrap().map(|token| token.id), Some(long.token.id));
    assert_eq!(tokens.find(&long.secret).await.unwrap(), None);
    store.close().await;
}

#[tokio::test]
async fn a_new_password_ends_what_it_should() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "anna").await;
    let sign_in = async || store.sessions().create(anna.id, SignedInFrom::default()).await.unwrap();
    let (here, elsewhere) = (sign_in().await, sign_in().await);
    let token = store.tokens().create(anna.id, NewToken { name: "ci".to_owned(), expires_at: None }).await.unwrap();
    store.users().change_password(anna.id, hash().await, here.expose_secret()).await.unwrap();
    assert!(store.sessions().find(here.expose_secret()).await.unwrap().is_some());
    assert!(store.sessions().find(elsewhere.expose_secret()).await.unwrap().is_none());
    assert!(store.tokens().find(&token.secret).await.unwrap().is_some());
    assert!(store.users().set_password(anna.id, hash().await).await.unwrap());
    assert!(store.sessions().find(here.expose_secret()).await.unwrap().is_none());
    assert!(store.tokens().find(&token.secret).await.unwrap().is_none());
    store.close().await;
}

#[tokio::test]
async fn a_group_that_is_used_stays() {
    let home = Home::new();
    let store = home.open().await;
    let groups = store.groups();
    let new: NewGroup = serde_json::from_str(r#"{"name":"interns","multiplier_ppm":800000}"#).unwrap();
    let made = groups.create(new.clone()).await.unwrap();
    assert_eq!((made.multiplier_ppm, made.users, made.keys, made.channels), (800_000, 0, 0, 0));
    assert!(matches!(groups.create(new.clone()).await, Err(GroupError::NameTaken)));
    assert!(matches!(groups.delete("default").await, Err(GroupError::Default)));
    assert!(!groups.delete("nobody's").await.unwrap());

    let mut channel = channel("c", &[], &["m"]);
    channel.groups = vec!["default".to_owned(), "interns".to_owned()];
    let channel = store.channels().create(channel).await.unwrap();
    let sora = store.accounts().create(new_account("sora", Role::Member, "interns"), hash().await).await.unwrap();
    store.keys().create(sora.id, serde_json::from_str(r#"{"name":"laptop"}"#).unwrap()).await.unwrap();
    let Err(GroupError::InUse(used)) = groups.delete("interns").await else { panic!("it is used") };
    assert_eq!((used.users, used.keys, used.channels), (1, 1, 1));
    let names: Vec<_> = groups.list(&PageQuery::default()).await.unwrap().items.into_iter().map(|g| g.name).collect();
    assert_eq!(names, ["default", "interns"]);

    store.channels().delete(channel.id).await.unwrap();
    store.accounts().delete(sora.id).await.unwrap();
    let patch = GroupPatch { multiplier_ppm: Some(0), ..GroupPatch::default() };
    assert_eq!(groups.update("interns", patch).await.unwrap().unwrap().multiplier_ppm, 0);
    assert!(groups.delete("interns").await.unwrap());
    store.close().await;
}

#[tokio::test]
async fn a_group_that_is_renamed_keeps_everyone_and_everything_in_it() {
    let home = Home::new();
    let store = home.open().await;
    let groups = store.groups();
    let group = |name: &str| NewGroup {
        name: name.to_owned(),
        multiplier_ppm: 800_000,
        budget: None,
        limits: Limits::default(),
    };
    for name in ["interns", "staff"] {
        groups.create(group(name)).await.unwrap();
    }
    let anna = store.accounts().create(new_account("anna", Role::Member, "interns"), hash().await).await.unwrap();
    let key = NewKey { name: "k".to_owned(), ..NewKey::default() };
    let key = store.keys().create(anna.id, key).await.unwrap().key;
    let mut served = channel("c", &[], &["m"]);
    served.groups = vec!["default".to_owned(), "interns".to_owned()];
    let served = store.channels().create(served).await.unwrap();

    let named = |name: &str| GroupPatch { name: Some(name.to_owned()), ..GroupPatch::default() };
    assert!(matches!(groups.update("interns", named("staff")).await, Err(GroupError::NameTaken)));
    assert!(matches!(groups.update("default", named("all")).await, Err(GroupError::Default)));
    assert!(groups.update("nobody's", named("x")).await.unwrap().is_none());
    let before = groups.get("interns").await.unwrap().unwrap();
    let after = groups.update("interns", named(" juniors ")).await.unwrap().unwrap();
    assert_eq!(after, api::groups::Group { name: "juniors".to_owned(), ..before });
    assert_eq!((after.users, after.keys, after.channels), (1, 1, 1));
    assert!(groups.get("interns").await.unwrap().is_none());
    assert_eq!(store.accounts().get(anna.id).await.unwrap().unwrap().group, "juniors");
    assert_eq!(store.keys().for_relay_one(key.id).await.unwrap().unwrap().group, "juniors");
    assert_eq!(store.channels().get(served.id).await.unwrap().unwrap().groups, ["default", "juniors"]);
    store.close().await;
}

#[tokio::test]
async fn who_is_renamed_stays_signed_in_and_signs_in_by_the_new_name() {
    let home = Home::new();
    let store = home.open().await;
    let hash = hash().await;
    let anna = store.accounts().create(new_account("anna", Role::Member, "default"), hash.clone()).await.unwrap();
    store.accounts().create(new_account("bert", Role::Member, "default"), hash).await.unwrap();
    let session = store.sessions().create(anna.id, SignedInFrom::default()).await.unwrap();
    let named = |name: &str| AccountPatch { username: Some(name.to_owned()), ..AccountPatch::default() };
    let taken = store.accounts().update(anna.id, named("BERT")).await;
    assert!(matches!(taken, Err(AccountError::NameTaken)));
    let renamed = store.accounts().update(anna.id, named(" annika ")).await.unwrap().unwrap();
    assert_eq!((renamed.username.as_str(), renamed.display_name.as_str()), ("annika", anna.display_name.as_str()));
    assert_eq!(store.sessions().find(session.expose_secret()).await.unwrap().unwrap().username, "annika");
    assert!(store.users().find_for_login("anna").await.unwrap().is_none());
    assert_eq!(store.users().find_for_login("Annika").await.unwrap().unwrap().user.id, anna.id);
    store.close().await;
}
