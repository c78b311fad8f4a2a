//! `docker info`.

use std::fmt::Write as _;
use std::io::Write as _;

use plimsoll_api::Info;

use crate::command::{Arity, Command, Context};
use crate::error::Failure;
use crate::flags::{Flag, Given, Order};
use crate::output::say;
use crate::quantity::size_of_memory;
use crate::template::{Datum, Purpose, Template, from_json};

pub const COMMAND: Command = Command {
    name: "info",
    usage: &["[OPTIONS]"],
    about: "Display system-wide information",
    aliases: "docker system info, docker info",
    flags: &[&[Flag::text("format", "Show as 'json' or by a Go template").short('f')]],
    arity: Arity::None,
    order: Order::Free,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let format = given.text("format");
    if format.is_empty() {
        let mut out = std::io::stdout().lock();
        write!(out, "{}", client_part())?;
        let answer = context.client.info();
        writeln!(out, "\nServer:")?;
        let info = answer?;
        writeln!(out, "{}", server_part(&info))?;
        out.flush()?;
        for warning in info.warnings.iter().flatten() {
            eprintln!("{warning}");
        }
        return Ok(());
    }
    let source = if format == "json" {
        "{{json .}}"
    } else {
        format
    };
    let template = Template::parse(source)
        .map_err(|error| Failure::with_code(format!("template parsing error: {error}"), 64))?;
    let info = context.client.info()?;
    let dot = serde_json::to_vec(&info)
        .ok()
        .and_then(|json| from_json(&json).ok())
        .map_or(Datum::Missing, with_client);
    let text = template
        .render(&dot, Purpose::Values)
        .map_err(|error| Failure::with_code(format!("template parsing error: {error}"), 64))?;
    say!("{text}");
    Ok(())
}

fn client_part() -> String {
    format!(
        "Client: Plimsoll\n Version:    {}\n Context:    default\n Debug Mode: false\n",
        env!("CARGO_PKG_VERSION")
    )
}

fn with_client(mut info: Datum) -> Datum {
    if let Datum::Record { fields, .. } = &mut info {
        let client = Datum::Record {
            kind: "",
            fields: vec![
                ("Version".to_owned(), Datum::text(env!("CARGO_PKG_VERSION"))),
                ("Context".to_owned(), Datum::text("default")),
                ("Debug".to_owned(), Datum::Bool(false)),
            ],
        };
        fields.push(("ClientInfo".to_owned(), client));
    }
    info
}

fn server_part(info: &Info) -> String {
    let mut text = String::new();
    let words = |list: &Option<Vec<String>>| list.as_deref().unwrap_or_default().join(" ");
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, " {name}: {value}");
    };
    line("Containers", &info.containers.to_string());
    line(" Running", &info.containers_running.to_string());
    line(" Paused", &info.containers_paused.to_string());
    line(" Stopped", &info.containers_stopped.to_string());
    line("Images", &info.images.to_string());
    optional(&mut line, "Server Version", &info.server_version);
    optional(&mut line, "Storage Driver", &info.driver);
    for [name, value] in &info.driver_status {
        line(&format!(" {name}"), value);
    }
    optional(&mut line, "Logging Driver", &info.logging_driver);
    optional(&mut line, "Cgroup Driver", &info.cgroup_driver);
    optional(&mut line, "Cgroup Version", &info.cgroup_version);
    text.push_str(" Plugins:\n");
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, " {name}: {value}");
    };
    line(" Volume", &words(&info.plugins.volume));
    line(" Network", &words(&info.plugins.network));
    optional(
        &mut line,
        " Authorization",
        &words(&info.plugins.authorization),
    );
    line(" Log", &words(&info.plugins.log));
    for directory in info.cdi_spec_dirs.iter().flatten().take(1) {
        let _ = write!(text, " CDI spec directories:\n  {directory}\n");
    }
    for directory in info.cdi_spec_dirs.iter().flatten().skip(1) {
        let _ = writeln!(text, "  {directory}");
    }
    let _ = writeln!(text, " Swarm: {}", info.swarm.local_node_state);
    if !info.runtimes.is_empty() {
        let names: Vec<&str> = info.runtimes.keys().map(String::as_str).collect();
        let _ = writeln!(text, " Runtimes: {}", names.join(" "));
        let _ = writeln!(text, " Default Runtime: {}", info.default_runtime);
    }
    if info.os_type == "linux" {
        linux(info, &mut text);
    }
    host(info, &mut text);
    text
}

fn optional(line: &mut dyn FnMut(&str, &str), name: &str, value: &str) {
    if !value.is_empty() {
        line(name, value);
    }
}

fn linux(info: &Info, text: &mut String) {
    let _ = writeln!(text, " Init Binary: {}", info.init_binary);
    let _ = writeln!(text, " containerd version: {}", info.containerd_commit.id);
    let _ = writeln!(text, " runc version: {}", info.runc_commit.id);
    let _ = writeln!(text, " init version: {}", info.init_commit.id);
    if info.security_options.is_empty() {
        return;
    }
    text.push_str(" Security Options:\n");
    for option in &info.security_options {
        // `name=seccomp,profile=builtin`
        for field in option.split(',') {
            match field.split_once('=') {
                Some(("name", name)) => {
                    let _ = writeln!(text, "  {name}");
                }
                Some(("profile", profile)) => {
                    let _ = writeln!(text, "   Profile: {profile}");
                }
                Some(_) => {}
                None => {
                    let _ = writeln!(text, "  {field}");
                }
            }
        }
    }
}

fn host(info: &Info, text: &mut String) {
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, " {name}: {value}");
    };
    optional(&mut line, "Kernel Version", &info.kernel_version);
    optional(&mut line, "Operating System", &info.operating_system);
    optional(&mut line, "OSType", &info.os_type);
    optional(&mut line, "Architecture", &info.architecture);
    line("CPUs", &info.ncpu.to_string());
    #[expect(clippy::cast_precision_loss, reason = "shown with four digits")]
    line("Total Memory", &size_of_memory(info.mem_total as f64));
    optional(&mut line, "Name", &info.name);
    optional(&mut line, "ID", &info.id);
    line("Docker Root Dir", &info.docker_root_dir);
    line("Debug Mode", &info.debug.to_string());
    if info.debug {
        line(" File Descriptors", &info.nfd.to_string());
        line(" Goroutines", &info.ngoroutines.to_string());
        line(" System Time", &info.system_time);
        line(" EventsListeners", &info.nevents_listener.to_string());
    }
    optional(&mut line, "HTTP Proxy", &info.http_proxy);
    optional(&mut line, "HTTPS Proxy", &info.https_proxy);
    optional(&mut line, "No Proxy", &info.no_proxy);
    if !info.labels.is_empty() {
        text.push_str(" Labels:\n");
        for label in &info.labels {
            let _ = writeln!(text, "  {label}");
        }
    }
    let _ = writeln!(text, " Experimental: {}", info.experimental_build);
    registries(info, text);
    let _ = writeln!(text, " Live Restore Enabled: {}", info.live_restore_enabled);
    if !info.product_license.is_empty() {
        let _ = writeln!(text, " Product License: {}", info.product_license);
    }
}

fn registries(info: &Info, text: &mut String) {
    let Some(config) = &info.registry_config else {
        return;
    };
    let cidrs = config
        .insecure_registry_cidrs
        .as_deref()
        .unwrap_or_default();
    if !cidrs.is_empty() || !config.index_configs.is_empty() {
        text.push_str(" Insecure Registries:\n");
        for index in config.index_configs.values().filter(|index| !index.secure) {
            let _ = writeln!(text, "  {}", index.name);
        }
        for cidr in cidrs {
            let _ = writeln!(text, "  {cidr}");
        }
    }
    let mirrors = config.mirrors.as_deref().unwrap_or_default();
    if !mirrors.is_empty() {
        text.push_str(" Registry Mirrors:\n");
        for mirror in mirrors {
            let _ = writeln!(text, "  {mirror}");
        }
    }
}
