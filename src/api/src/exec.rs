//! Exec instances on the wire.

use crate::nulls::{Words, wire};

wire! {
    /// Body of `POST /containers/{id}/exec`.
    #[serde(rename_all = "PascalCase")]
    pub struct ExecCreate {
        pub user: String,
        pub privileged: bool,
        pub tty: bool,
        /// Rows, columns.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub console_size: Option<[u32; 2]>,
        pub attach_stdin: bool,
        pub attach_stderr: bool,
        pub attach_stdout: bool,
        pub detach: bool,
        pub detach_keys: String,
        pub env: Option<Vec<String>>,
        pub working_dir: String,
        pub cmd: Words,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct ExecCreateResponse {
        pub id: String,
    }

    /// Body of `POST /exec/{id}/start`.
    #[serde(rename_all = "PascalCase")]
    pub struct ExecStart {
        pub detach: bool,
        pub tty: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub console_size: Option<[u32; 2]>,
    }

    /// Answer of `GET /exec/{id}/json`.
    pub struct ExecInspect {
        #[serde(rename = "ID")]
        pub id: String,
        #[serde(rename = "Running")]
        pub running: bool,
        /// `null` while it runs.
        #[serde(rename = "ExitCode")]
        pub exit_code: Option<i32>,
        #[serde(rename = "ProcessConfig")]
        pub process_config: ExecProcess,
        #[serde(rename = "OpenStdin")]
        pub open_stdin: bool,
        #[serde(rename = "OpenStderr")]
        pub open_stderr: bool,
        #[serde(rename = "OpenStdout")]
        pub open_stdout: bool,
        #[serde(rename = "CanRemove")]
        pub can_remove: bool,
        #[serde(rename = "ContainerID")]
        pub container_id: String,
        /// Base64, as Docker writes bytes.
        #[serde(rename = "DetachKeys")]
        pub detach_keys: Option<String>,
        #[serde(rename = "Pid")]
        pub pid: i32,
    }

    pub struct ExecProcess {
        pub tty: bool,
        pub entrypoint: String,
        pub arguments: Vec<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub privileged: Option<bool>,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub user: String,
    }
}
