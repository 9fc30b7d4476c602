//! CloudFormation, Terraform and their like: machines of a cloud, with the exception of containers that Terraform runs here.

use super::Reader;
use super::settings::walk::{Reading, sightings};
use super::settings::{NodeId, Settings, Syntax, keys};
use crate::classify::Name;
use crate::facts::{FileFacts, Form, Hint, ReadBy, Side};
use crate::source::SourceFile;

/// The reader.
pub const READER: Reader = Reader {
    name: "cloud",
    wants,
    read,
};

/// Endings of Terraform's, Packer's and Nomad's files.
const ENDINGS: &[&str] = &[".tf", ".tfvars", ".hcl", ".nomad"];
/// Texts that only templates of a cloud hold.
const MARKS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "AWS::",
    "Microsoft.Resources/deployments",
    "schema.management.azure.com",
    "\"containerDefinitions\"",
];

fn wants(name: &Name<'_>, text: &str) -> bool {
    let path = name.path;
    is_hcl(path) || syntax(path).is_some() && MARKS.iter().any(|mark| text.contains(mark))
}

fn is_hcl(path: &str) -> bool {
    ENDINGS.iter().any(|ending| path.ends_with(ending))
}

fn syntax(path: &str) -> Option<Syntax> {
    if is_hcl(path) {
        return Some(Syntax::Braces);
    }
    match path.rsplit_once('.')?.1 {
        "yml" | "yaml" | "template" => Some(Syntax::Yaml),
        "json" => Some(Syntax::Json),
        _ => None,
    }
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    if let Some(syntax) = syntax(&file.path) {
        facts
            .sightings
            .extend(sightings(file, syntax, ReadBy::Cluster, &value));
    }
}

fn value(settings: &Settings, id: NodeId) -> Reading {
    if !settings.under(id, "docker_container") {
        return keys::by_key(settings, id, ReadBy::Cluster);
    }
    match settings.key(id) {
        "external" => mapped(
            Side::Host,
            "`external` is the published port of a `docker_container`",
        ),
        "internal" => mapped(
            Side::Container,
            "`internal` is the container's port of a `docker_container`",
        ),
        _ => keys::by_key(settings, id, ReadBy::Container),
    }
}

fn mapped(side: Side, reason: &'static str) -> Reading {
    Reading::by(ReadBy::Host).form(Form::Mapping).hint(Hint {
        side,
        reason,
        certain: true,
    })
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::seen;

    #[test]
    fn cloudformation() {
        let text = r##"AWSTemplateFormatVersion: "2010-09-09"
Resources:
  In:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      Description: Allow PostgreSQL access on 5432
      FromPort: 5432
      ToPort: 5432
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties:
      SecretString: !Sub |
        {
          "host": "${Aurora.Endpoint.Address}",
          "port": "5432"
        }
"##;
        assert_eq!(
            seen("stack.yaml", text),
            [
                "7: 5432 | Keyed | Cluster | `Resources.In.Properties.FromPort`",
                "8: 5432 | Keyed | Cluster | `Resources.In.Properties.ToPort`",
                "15: 5432 | Keyed | Cluster | ${Aurora.Endpoint.Address} (Resources.Secret.Properties.SecretString.host) | `Resources.Secret.Properties.SecretString.port`",
            ]
        );
    }

    #[test]
    fn terraform() {
        let text = r##"resource "aws_db_instance" "main" {
  port = 5432
}
resource "docker_container" "pg" {
  ports {
    internal = 5432
    external = 5433
  }
  env = ["PGPORT=5432"]
}
variable "db_port" {
  default = 5432
}
"##;
        assert_eq!(
            seen("main.tf", text),
            [
                "2: 5432 | Keyed | Cluster | `resource.aws_db_instance.main.port`",
                "6: 5432 | Mapping | Host | `resource.docker_container.pg.ports.internal` | Container side",
                "7: 5433 | Mapping | Host | `resource.docker_container.pg.ports.external` | Host side",
                "9: 5432 | Keyed | Container | `PGPORT`",
                "12: 5432 | Keyed | Cluster | `variable.db_port.default`",
            ]
        );
    }
}
