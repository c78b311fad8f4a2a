//! Replies of a living engine against Docker's description of its API.

use std::time::Duration;

use plimsoll_api::client::{Client, Endpoint, Request};
use plimsoll_testkit::swagger::Spec;
use plimsoll_testkit::{World, eventually, everyone, skipped};
use serde_json::{Value, json};

const LAB: &str = "nginx-volumes";

fn client(world: &World) -> Client {
    let socket = world.start(LAB);
    let endpoint = Endpoint::parse(&format!("unix://{}", socket.display())).expect("an endpoint");
    Client::new(endpoint)
}

/// The body of a reply, whatever its status.
fn body(client: &Client, request: Request<'_>) -> Value {
    match client.request(request) {
        Ok(reply) => reply.json().expect("a JSON body"),
        Err(error) => json!({ "message": error.to_string() }),
    }
}

struct Checker<'a> {
    spec: &'a Spec,
    misfits: Vec<String>,
}

impl Checker<'_> {
    fn check(&mut self, method: &str, template: &str, status: u16, body: &Value) {
        if let Err(misfits) = self.spec.check(method, template, status, body) {
            let about = |misfit| format!("{method} {template}: {misfit}");
            self.misfits.extend(misfits.into_iter().map(about));
        }
    }
}

/// Requests without a body: template and path.
const READS: &[(&str, &str)] = &[
    ("/info", "/info"),
    ("/version", "/version"),
    ("/images/json", "/images/json?shared-size=1&digests=1"),
    ("/images/{name}/json", "/images/nginx/json"),
    ("/images/{name}/history", "/images/nginx/history"),
    ("/images/search", "/images/search?term=ng"),
    ("/distribution/{name}/json", "/distribution/nginx/json"),
    ("/system/df", "/system/df"),
    ("/volumes", "/volumes"),
    ("/volumes/{name}", "/volumes/pages"),
    ("/containers/json", "/containers/json?all=1&size=1"),
    ("/containers/{id}/json", "/containers/web/json?size=1"),
    ("/containers/{id}/changes", "/containers/web/changes"),
    ("/containers/{id}/top", "/containers/web/top"),
    ("/containers/{id}/stats", "/containers/web/stats?stream=0"),
    ("/networks", "/networks"),
    ("/networks/{id}", "/networks/bridge"),
];

fn fill(client: &Client, checker: &mut Checker<'_>) {
    let pulling = Request::post("/images/create?fromImage=nginx&tag=latest");
    client
        .request(pulling)
        .expect("a pull")
        .finish()
        .expect("it ends");
    let volume = Request::post("/volumes/create").json(&json!({"Name": "pages"}));
    checker.check("POST", "/volumes/create", 201, &body(client, volume));
    let container = json!({
        "Image": "nginx",
        "HostConfig": {"Binds": ["pages:/usr/share/nginx/html"]},
    });
    let create = Request::post("/containers/create?name=web").json(&container);
    checker.check("POST", "/containers/create", 201, &body(client, create));
    client.container_start("web", "").expect("it starts");
    // No changes are null, as Docker has it: until the server has written its
    // number there are none.
    eventually("the server writes", Duration::from_secs(20), || {
        let changes = client.get_value("/containers/web/changes");
        changes.ok().filter(Value::is_array)
    });
    let exec = Request::post("/containers/web/exec").json(&json!({"Cmd": ["true"]}));
    checker.check("POST", "/containers/{id}/exec", 201, &body(client, exec));
}

everyone!(replies_fit_docker_s_description, |world| {
    let Some(spec) = Spec::load() else {
        skipped("no docker-engine-api.yaml");
        return;
    };
    let client = client(world);
    let mut checker = Checker {
        spec: &spec,
        misfits: Vec::new(),
    };
    fill(&client, &mut checker);
    for (template, path) in READS {
        let reply = client.get_value(path).expect(path);
        checker.check("GET", template, 200, &reply);
    }
    let events = client.request(Request::get("/events?since=1"));
    let mut events = events.expect("events").lines::<Value>();
    let event = events.next().expect("one at least").expect("an event");
    drop(events);
    checker.check("GET", "/events", 200, &event);
    for (template, path) in [
        ("/containers/prune", "/containers/prune"),
        ("/images/prune", "/images/prune"),
        ("/volumes/prune", "/volumes/prune"),
        ("/networks/prune", "/networks/prune"),
    ] {
        let reply = body(&client, Request::post(path));
        checker.check("POST", template, 200, &reply);
    }
    client
        .container_remove("web", true, true)
        .expect("it is removed");
    let removed = body(&client, Request::delete("/images/nginx"));
    checker.check("DELETE", "/images/{name}", 200, &removed);
    assert_eq!(checker.misfits, Vec::<String>::new());
});
