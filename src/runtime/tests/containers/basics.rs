use crate::setting::{attachment, for_each_account, named};

#[test]
fn a_container_has_everything_of_its_own() {
    for_each_account(|setting| {
        let mut request = setting.request(&["look"]);
        request.attachments.push(attachment(2));
        let outcome = setting.run(&request);
        let seen = outcome.seen();
        eprintln!("{seen:#}");
        assert_eq!(outcome.exit(), 0);
        assert_eq!(seen["pid"], 1);
        assert_eq!(seen["uid"], 0);
        assert_eq!(seen["session"], 1);
        assert_eq!(
            seen["descriptors"].as_array().map(Vec::len),
            Some(4),
            "0, 1, 2 and the listing"
        );
    });
}

#[test]
fn exit_codes_come_back() {
    for_each_account(|setting| {
        assert_eq!(setting.run(&setting.request(&["exit", "42"])).exit(), 42);
    });
}

#[test]
fn users_come_from_the_image() {
    for_each_account(|setting| {
        let mut request = setting.request(&["look"]);
        named(&mut request.process, "www");
        let outcome = setting.run(&request);
        if setting.account.single() {
            assert!(
                outcome.fault().contains("user 0 only"),
                "{}",
                outcome.fault()
            );
            return;
        }
        let seen = outcome.seen();
        assert_eq!((&seen["uid"], &seen["gid"]), (&33.into(), &33.into()));
        assert_eq!(seen["groups"], serde_json::json!([50]));
        assert_eq!(seen["env"]["HOME"], "/srv");
        assert_eq!(seen["status"]["CapEff"], "0000000000000000");
    });
}
