//! Checks a reply body against Docker's published description of its API.
//!
//! Duty: load the Swagger 2.0 file, find the schema of one (method, path,
//! status) and say everything in a body that does not fit it. Limits: only the
//! keywords that the file uses (`$ref`, `allOf`, `type`, `properties`,
//! `required`, `items`, `additionalProperties`, `enum`, `x-nullable`,
//! `minimum`, `maximum`); formats are not checked. Nearly every field in the
//! file is optional, so a misspelt name would pass: a property that the schema
//! does not know is therefore an error, unless it is in [`FORMER_FIELDS`].
//! Start at [`Spec::check`].

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Fields that the API had up to the version we serve (1.48) and that the
/// description, which is of a newer version, no longer lists.
pub const FORMER_FIELDS: &[&str] = &[
    // EventMessage, before 1.52
    "status",
    "id",
    "from",
    // ImageInspect and ImageSummary, before 1.44 to 1.52
    "VirtualSize",
    "Container",
    "ContainerConfig",
    "DockerVersion",
    "Parent",
    "Author",
    "GraphDriver",
    // /system/df, before 1.52
    "LayersSize",
    "Images",
    "Containers",
    "Volumes",
    "BuildCache",
    "BuilderSize",
    // ContainerConfig and HostConfig
    "Hostname",
    "Domainname",
    "AttachStdin",
    "AttachStdout",
    "AttachStderr",
    "Tty",
    "OpenStdin",
    "StdinOnce",
    "Image",
    "KernelMemory",
    "KernelMemoryTCP",
    // NetworkSettings, before 1.52
    "Bridge",
    "HairpinMode",
    "LinkLocalIPv6Address",
    "LinkLocalIPv6PrefixLen",
    "SecondaryIPAddresses",
    "SecondaryIPv6Addresses",
    "EndpointID",
    "Gateway",
    "GlobalIPv6Address",
    "GlobalIPv6PrefixLen",
    "IPAddress",
    "IPPrefixLen",
    "IPv6Gateway",
    "MacAddress",
    // SystemInfo
    "BridgeNfIptables",
    "BridgeNfIp6tables",
    "Expected",
];

/// Fields in which dockerd itself answers `null` for "none" (seen with 20.10
/// and 28), though its description does not allow it. Clients read both.
pub const NULL_FIELDS: &[&str] = &[
    "Aliases",
    "Authorization",
    "Binds",
    "BlkioDeviceReadBps",
    "BlkioDeviceReadIOps",
    "BlkioDeviceWriteBps",
    "BlkioDeviceWriteIOps",
    "BlkioWeightDevice",
    "CapAdd",
    "CapDrop",
    "Cmd",
    "Config",
    "ContainersDeleted",
    "DNSNames",
    "DeviceCgroupRules",
    "DeviceRequests",
    "Devices",
    "Dns",
    "DnsOptions",
    "DnsSearch",
    "Entrypoint",
    "Env",
    "ExtraHosts",
    "GenericResources",
    "GroupAdd",
    "Labels",
    "Links",
    "MemorySwappiness",
    "NetworksDeleted",
    "OnBuild",
    "OomKillDisable",
    "Options",
    "SecurityOpt",
    "Tags",
    "Ulimits",
    "Volumes",
    "VolumesDeleted",
    "VolumesFrom",
    "Warnings",
    "io_service_bytes_recursive",
];

/// Docker's API description, as parsed YAML.
#[derive(Debug, Clone)]
pub struct Spec {
    root: Value,
}

/// Where the description may lie: `$PLIMSOLL_SHARED`, else beside the checkout.
fn candidates() -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> = Vec::new();
    if let Some(dir) = std::env::var_os("PLIMSOLL_SHARED") {
        roots.push(dir.into());
    }
    roots.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    roots
        .into_iter()
        .map(|root| root.join("data/docker-engine-api.yaml"))
        .collect()
}

impl Spec {
    /// The description, or `None` where this machine does not have it: the
    /// caller then skips, aloud.
    ///
    /// # Panics
    /// Where the file is there and is not YAML: that is a broken test set-up.
    #[must_use]
    pub fn load() -> Option<Self> {
        let path = candidates().into_iter().find(|path| path.is_file())?;
        let text = std::fs::read_to_string(&path).ok()?;
        Some(Self::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    }

    /// Parses a description from its YAML text.
    ///
    /// # Errors
    /// The parser's message.
    pub fn parse(text: &str) -> Result<Self, String> {
        let root = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        Ok(Self { root })
    }

    /// Checks `body` against what the description says for `method` (any case)
    /// on `path_template` (as printed there, `/containers/{id}/json`) with
    /// `status`.
    ///
    /// # Errors
    /// One line for each misfit, each beginning with where in the body it is.
    pub fn check(
        &self,
        method: &str,
        path_template: &str,
        status: u16,
        body: &Value,
    ) -> Result<(), Vec<String>> {
        let schema = self
            .reply_schema(method, path_template, status)
            .map_err(|message| vec![message])?;
        self.check_schema(schema, body)
    }

    /// Checks `body` against a named definition, `EventMessage` for example.
    ///
    /// # Errors
    /// As [`Spec::check`].
    pub fn check_definition(&self, name: &str, body: &Value) -> Result<(), Vec<String>> {
        match self.root.pointer(&format!("/definitions/{name}")) {
            Some(schema) => self.check_schema(schema, body),
            None => Err(vec![format!("no definition named {name}")]),
        }
    }

    fn check_schema(&self, schema: &Value, body: &Value) -> Result<(), Vec<String>> {
        let mut misfits = Vec::new();
        self.visit(schema, body, "$", &mut misfits);
        if misfits.is_empty() {
            Ok(())
        } else {
            Err(misfits)
        }
    }

    fn reply_schema(&self, method: &str, path: &str, status: u16) -> Result<&Value, String> {
        let operation = self
            .root
            .get("paths")
            .and_then(|paths| paths.get(path))
            .ok_or_else(|| format!("the description has no path {path}"))?
            .get(method.to_ascii_lowercase())
            .ok_or_else(|| format!("the description has no {method} {path}"))?;
        let replies = operation
            .get("responses")
            .ok_or_else(|| format!("{method} {path} lists no replies"))?;
        let reply = replies
            .get(status.to_string())
            .ok_or_else(|| format!("{method} {path} has no reply with status {status}"))?;
        self.resolve(reply)
            .get("schema")
            .ok_or_else(|| format!("{method} {path} {status} describes no body"))
    }

    /// Follows `$ref` to where it ends; an unknown name leaves the reference.
    fn resolve<'a>(&'a self, mut schema: &'a Value) -> &'a Value {
        for _ in 0..32 {
            let Some(name) = schema.get("$ref").and_then(Value::as_str) else {
                break;
            };
            match self.root.pointer(name.trim_start_matches('#')) {
                Some(target) => schema = target,
                None => break,
            }
        }
        schema
    }

    fn visit(&self, schema: &Value, body: &Value, at: &str, misfits: &mut Vec<String>) {
        if body.is_null() {
            let field = at.rsplit('.').next().unwrap_or_default();
            if !self.nullable(schema) && !NULL_FIELDS.contains(&field) {
                misfits.push(format!("{at}: null, and the field is not nullable"));
            }
            return;
        }
        self.visit_present(schema, body, at, misfits);
        if let Value::Object(fields) = body {
            let mut known = BTreeSet::new();
            if self.known_fields(schema, &mut known) {
                for name in fields.keys() {
                    if !known.contains(name.as_str()) && !FORMER_FIELDS.contains(&name.as_str()) {
                        misfits.push(format!("{at}.{name}: no such field in the description"));
                    }
                }
            }
        }
    }

    /// The checks for a value that is there, without that for unknown fields,
    /// which has to see all parts of an `allOf` together.
    fn visit_present(&self, schema: &Value, body: &Value, at: &str, misfits: &mut Vec<String>) {
        let schema = self.resolve(schema);
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            for part in parts {
                self.visit_present(part, body, at, misfits);
            }
        }
        if let Some(kind) = schema.get("type").and_then(Value::as_str)
            && !is_of_type(kind, body)
        {
            misfits.push(format!("{at}: expected {kind}, found {}", brief(body)));
            return;
        }
        if let Some(allowed) = schema.get("enum").and_then(Value::as_array)
            && !allowed.contains(body)
        {
            misfits.push(format!("{at}: {} is not one of the values", brief(body)));
        }
        check_range(schema, body, at, misfits);
        match body {
            Value::Object(_) => self.visit_object(schema, body, at, misfits),
            Value::Array(items) => {
                if let Some(of) = schema.get("items") {
                    for (index, item) in items.iter().enumerate() {
                        self.visit(of, item, &format!("{at}[{index}]"), misfits);
                    }
                }
            }
            _ => {}
        }
    }

    fn visit_object(&self, schema: &Value, body: &Value, at: &str, misfits: &mut Vec<String>) {
        let Some(fields) = body.as_object() else {
            return;
        };
        let required = schema.get("required").and_then(Value::as_array);
        for name in required
            .into_iter()
            .flatten()
            .filter_map(|name| name.as_str())
        {
            if !fields.contains_key(name) {
                misfits.push(format!("{at}.{name}: required, and missing"));
            }
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        let others = schema
            .get("additionalProperties")
            .filter(|value| value.is_object());
        for (name, value) in fields {
            let of = properties.and_then(|properties| properties.get(name));
            if let Some(of) = of.or(others) {
                self.visit(of, value, &format!("{at}.{name}"), misfits);
            }
        }
    }

    fn nullable(&self, schema: &Value) -> bool {
        let says_so = |schema: &Value| {
            schema.get("x-nullable").and_then(Value::as_bool) == Some(true)
                || schema.get("type").and_then(Value::as_str) == Some("null")
        };
        says_so(schema) || says_so(self.resolve(schema))
    }

    /// Collects the property names of `schema`; false where any name may occur.
    fn known_fields<'a>(&'a self, schema: &'a Value, known: &mut BTreeSet<&'a str>) -> bool {
        let schema = self.resolve(schema);
        if schema.get("additionalProperties").is_some() {
            return false;
        }
        let parts = schema.get("allOf").and_then(Value::as_array);
        let properties = schema.get("properties").and_then(Value::as_object);
        if parts.is_none() && properties.is_none() {
            return false;
        }
        if let Some(properties) = properties {
            known.extend(properties.keys().map(String::as_str));
        }
        parts
            .into_iter()
            .flatten()
            .all(|part| self.known_fields(part, known))
    }
}

fn check_range(schema: &Value, body: &Value, at: &str, misfits: &mut Vec<String>) {
    let Some(number) = body.as_f64() else { return };
    if let Some(least) = schema.get("minimum").and_then(Value::as_f64)
        && number < least
    {
        misfits.push(format!("{at}: {number} is below {least}"));
    }
    if let Some(most) = schema.get("maximum").and_then(Value::as_f64)
        && number > most
    {
        misfits.push(format!("{at}: {number} is above {most}"));
    }
}

fn is_of_type(kind: &str, body: &Value) -> bool {
    match kind {
        "object" => body.is_object(),
        "array" => body.is_array(),
        "string" => body.is_string(),
        "boolean" => body.is_boolean(),
        "integer" => body.is_i64() || body.is_u64(),
        "number" => body.is_number(),
        "null" => body.is_null(),
        _ => true,
    }
}

fn brief(body: &Value) -> String {
    let text = body.to_string();
    if text.chars().count() <= 60 {
        text
    } else {
        text.chars().take(60).chain("...".chars()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SMALL: &str = r##"
swagger: "2.0"
paths:
  /things/{id}/json:
    get:
      responses:
        200: {schema: {$ref: "#/definitions/Thing"}}
        404: {schema: {$ref: "#/definitions/Error"}}
        204: {description: "no body"}
definitions:
  Error: {type: object, required: [message], properties: {message: {type: string}}}
  Base: {type: object, required: [Id], properties: {Id: {type: string}}}
  Thing:
    allOf:
      - $ref: "#/definitions/Base"
      - type: object
        properties:
          State: {type: string, enum: [running, exited]}
          Size: {type: integer, minimum: 0}
          Parent: {type: string, x-nullable: true}
          Names: {type: array, items: {type: string}}
          Labels: {type: object, additionalProperties: {type: string}}
          Next:
            x-nullable: true
            allOf: [{$ref: "#/definitions/Base"}]
"##;

    fn check(body: &Value) -> Result<(), Vec<String>> {
        let spec = Spec::parse(SMALL).expect("the sample parses");
        spec.check("GET", "/things/{id}/json", 200, body)
    }

    fn misfits(body: &Value) -> String {
        check(body).expect_err("a misfit is found").join("; ")
    }

    #[test]
    fn good_bodies_pass() {
        let full = json!({
            "Id": "a", "State": "running", "Size": 3, "Parent": null,
            "Names": ["x"], "Labels": {"any": "value"}, "Next": {"Id": "b"},
        });
        assert_eq!(check(&full), Ok(()));
        assert_eq!(check(&json!({"Id": "a", "Next": null})), Ok(()));
    }

    #[test]
    fn every_kind_of_misfit_is_named_with_its_place() {
        assert_eq!(misfits(&json!({})), "$.Id: required, and missing");
        assert_eq!(misfits(&json!({"Id": 4})), "$.Id: expected string, found 4");
        assert_eq!(
            misfits(&json!({"Id": "a", "State": "asleep"})),
            "$.State: \"asleep\" is not one of the values"
        );
        assert_eq!(
            misfits(&json!({"Id": "a", "Names": ["x", null]})),
            "$.Names[1]: null, and the field is not nullable"
        );
        assert_eq!(
            misfits(&json!({"Id": "a", "Labels": {"k": 1}})),
            "$.Labels.k: expected string, found 1"
        );
        assert_eq!(
            misfits(&json!({"Id": "a", "Size": -1})),
            "$.Size: -1 is below 0"
        );
        assert_eq!(
            misfits(&json!({"Id": "a", "Next": {}})),
            "$.Next.Id: required, and missing"
        );
        assert_eq!(
            misfits(&json!([])),
            "$: expected object, found []; $: expected object, found []"
        );
    }

    #[test]
    fn a_misspelt_field_is_found() {
        assert_eq!(
            misfits(&json!({"Id": "a", "Naems": []})),
            "$.Naems: no such field in the description"
        );
    }

    #[test]
    fn unknown_paths_methods_and_statuses_are_errors() {
        let spec = Spec::parse(SMALL).expect("the sample parses");
        let body = json!({});
        for (method, path, status) in [
            ("GET", "/nothing", 200),
            ("PUT", "/things/{id}/json", 200),
            ("GET", "/things/{id}/json", 418),
            ("GET", "/things/{id}/json", 204),
        ] {
            assert!(spec.check(method, path, status, &body).is_err());
        }
    }

    #[test]
    fn docker_s_own_description_is_understood() {
        let Some(spec) = Spec::load() else {
            eprintln!("skipped: no docker-engine-api.yaml (PLIMSOLL_SHARED or ../shared)");
            return;
        };
        let event = json!({
            "Type": "container", "Action": "start", "scope": "local",
            "Actor": {"ID": "abc", "Attributes": {"name": "web"}},
            "time": 1, "timeNano": 1_000_000_000_i64, "status": "start", "id": "abc",
        });
        assert_eq!(spec.check("get", "/events", 200, &event), Ok(()));
        assert_eq!(spec.check_definition("EventMessage", &event), Ok(()));
        let volume = json!({"Name": "v", "Driver": "local", "Mountpoint": "/x",
            "Labels": null, "Scope": "local", "Options": null, "CreatedAt": null});
        let found = spec.check("GET", "/volumes/{name}", 200, &volume);
        assert_eq!(
            found,
            Err(vec![
                "$.CreatedAt: null, and the field is not nullable".into()
            ])
        );
        let bare = json!({"Name": "v"});
        assert!(spec.check("GET", "/volumes/{name}", 200, &bare).is_err());
    }
}
