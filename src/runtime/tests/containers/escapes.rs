use crate::setting::for_each_account;

#[test]
fn what_must_not_work_does_not() {
    for_each_account(|setting| {
        let seen = setting.run(&setting.request(&["attempt"])).seen();
        eprintln!("{seen:#}");
    });
}
