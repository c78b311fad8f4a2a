use super::*;

#[test]
fn a_reply_that_is_cut_off_ends_the_reading() {
    let mut request = Message::new(libc::RTM_GETLINK, 0);
    request.interface(1, 0, 0);
    let bytes = request.finish();
    assert_eq!(message::replies(&bytes).len(), 1);
    assert_eq!(message::replies(&bytes[..20]).len(), 0);
}

#[test]
fn loopback_is_listed() {
    let netlink = Netlink::open().expect("a netlink socket");
    let links = netlink.links().expect("links");
    let lo = links.iter().find(|link| link.name == "lo").expect("lo");
    assert_eq!(lo.index, netlink.index("lo").expect("its number"));
    assert_eq!(netlink.index("nosuchlink0"), Err(Errno::ENODEV));
}

#[test]
fn attributes_are_padded_and_nested() {
    let mut request = Message::create(libc::RTM_NEWLINK);
    request.interface(7, 0, 0);
    request.name("abc");
    request.nest(libc::IFLA_LINKINFO, |info| {
        info.string(message::IFLA_INFO_KIND, "veth")
    });
    request.bytes(libc::IFLA_ADDRESS, &[2, 0, 0, 0, 0, 1]);
    let bytes = request.finish();
    assert_eq!(bytes.len() % 4, 0);
    let link = message::link(&bytes[16..]).expect("a link");
    assert_eq!(
        (link.index, link.name.as_str(), link.kind.as_deref()),
        (7, "abc", Some("veth"))
    );
    assert_eq!(link.mac, Some([2, 0, 0, 0, 0, 1]));
}
