//! Every program by its name.

use std::ffi::OsString;

use crate::{curl, free, hostname, ip, less, ping, ps, shell, vi, which};

/// Takes the whole argument vector and returns the exit code.
pub type Program = fn(Vec<OsString>) -> i32;

/// uutils' programs all begin the same way: messages, then `uumain`.
macro_rules! uutils {
    ($($name:literal $krate:ident),* $(,)?) => {
        &[$(($name, |arguments| {
            load_messages(uucore::get_canonical_util_name(stringify!($krate)));
            $krate::uumain(arguments.into_iter())
        })),*]
    };
}

const UUTILS: &[(&str, Program)] = uutils![
    "[" uu_test,
    "arch" uu_arch,
    "base64" uu_base64,
    "basename" uu_basename,
    "cat" uu_cat,
    "chgrp" uu_chgrp,
    "chmod" uu_chmod,
    "chown" uu_chown,
    "chroot" uu_chroot,
    "cksum" uu_cksum,
    "comm" uu_comm,
    "cp" uu_cp,
    "cut" uu_cut,
    "date" uu_date,
    "dd" uu_dd,
    "df" uu_df,
    "dirname" uu_dirname,
    "du" uu_du,
    "echo" uu_echo,
    "env" uu_env,
    "expand" uu_expand,
    "expr" uu_expr,
    "factor" uu_factor,
    "false" uu_false,
    "fold" uu_fold,
    "groups" uu_groups,
    "head" uu_head,
    "id" uu_id,
    "install" uu_install,
    "join" uu_join,
    "kill" uu_kill,
    "link" uu_link,
    "ln" uu_ln,
    "logname" uu_logname,
    "ls" uu_ls,
    "md5sum" uu_md5sum,
    "mkdir" uu_mkdir,
    "mkfifo" uu_mkfifo,
    "mknod" uu_mknod,
    "mktemp" uu_mktemp,
    "mv" uu_mv,
    "nice" uu_nice,
    "nl" uu_nl,
    "nohup" uu_nohup,
    "nproc" uu_nproc,
    "od" uu_od,
    "paste" uu_paste,
    "printenv" uu_printenv,
    "printf" uu_printf,
    "pwd" uu_pwd,
    "readlink" uu_readlink,
    "realpath" uu_realpath,
    "rm" uu_rm,
    "rmdir" uu_rmdir,
    "seq" uu_seq,
    "sha1sum" uu_sha1sum,
    "sha256sum" uu_sha256sum,
    "sha512sum" uu_sha512sum,
    "shred" uu_shred,
    "shuf" uu_shuf,
    "sleep" uu_sleep,
    "sort" uu_sort,
    "split" uu_split,
    "stat" uu_stat,
    "sync" uu_sync,
    "tac" uu_tac,
    "tail" uu_tail,
    "tee" uu_tee,
    "test" uu_test,
    "timeout" uu_timeout,
    "touch" uu_touch,
    "tr" uu_tr,
    "true" uu_true,
    "truncate" uu_truncate,
    "tty" uu_tty,
    "uname" uu_uname,
    "unexpand" uu_unexpand,
    "uniq" uu_uniq,
    "unlink" uu_unlink,
    "wc" uu_wc,
    "whoami" uu_whoami,
    "yes" uu_yes,
];

const OTHERS: &[(&str, Program)] = &[
    ("bash", shell::main),
    ("clear", clear),
    ("curl", curl::main),
    ("egrep", |arguments| grep(arguments, "-E")),
    ("fgrep", |arguments| grep(arguments, "-F")),
    ("find", find_files),
    ("free", free::main),
    ("grep", |arguments| grep(arguments, "")),
    ("hostname", |arguments| {
        hostname::main(arguments, plain_hostname)
    }),
    ("ip", ip::main),
    ("less", less::main),
    ("more", less::main),
    ("ping", ping::main),
    ("ps", ps::main),
    ("sed", sed_stream),
    ("sh", shell::main),
    ("vi", vi::main),
    ("which", which::main),
    ("xargs", xargs),
];

/// The program of that name.
pub fn find(name: &str) -> Option<Program> {
    let programs = UUTILS.iter().chain(OTHERS);
    let mut found = programs.filter(|(known, _)| *known == name);
    found.next().map(|(_, program)| *program)
}

/// Prints every name, sorted, one a line: the links of the base image.
pub fn list() -> i32 {
    let programs = UUTILS.iter().chain(OTHERS);
    let mut names: Vec<&str> = programs.map(|(name, _)| *name).collect();
    names.sort_unstable();
    println!("{}", names.join("\n"));
    0
}

fn load_messages(name: &str) {
    uucore::panic::mute_sigpipe_panic();
    if let Err(error) = uucore::locale::setup_localization(name) {
        eprintln!("{name}: the messages could not be loaded: {error}");
        std::process::exit(99);
    }
}

fn clear(_arguments: Vec<OsString>) -> i32 {
    print!("\x1b[H\x1b[2J\x1b[3J");
    0
}

/// Programs that want text: an argument that is not UTF-8 is shown as such.
fn text(arguments: Vec<OsString>) -> Vec<String> {
    let strings = arguments.into_iter();
    strings
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect()
}

fn plain_hostname(arguments: Vec<OsString>) -> i32 {
    load_messages("hostname");
    uu_hostname::uumain(arguments.into_iter())
}

fn find_files(arguments: Vec<OsString>) -> i32 {
    uucore::panic::mute_sigpipe_panic();
    let arguments = text(arguments);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let dependencies = findutils::find::StandardDependencies::new();
    findutils::find::find_main(&arguments, &dependencies)
}

fn xargs(arguments: Vec<OsString>) -> i32 {
    let arguments = text(arguments);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    findutils::xargs::xargs_main(&arguments)
}

fn sed_stream(arguments: Vec<OsString>) -> i32 {
    load_messages("sed");
    sed::sed::uumain(arguments.into_iter())
}

fn grep(mut arguments: Vec<OsString>, dialect: &str) -> i32 {
    if !dialect.is_empty() {
        arguments.insert(1, dialect.into());
    }
    uu_grep::uumain(arguments.into_iter())
}
