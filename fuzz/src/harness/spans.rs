//! Every span of a file's facts lies inside the file, on character borders, and holds what it is said to hold.

use portlint::facts::{
    Build, ComposeFile, ComposeService, Dockerfile, EnvEntry, EnvFile, EnvPair, Extends, FileFacts,
    Host, Ignore, Include, LongPort, Mount, PortEntry, Problem, Sighting,
};
use portlint::source::{SourceFile, Span, Text};

/// Fails if a span of the facts is not one of the file.
///
/// Structures are taken apart field by field: a new field must be looked at here before this compiles.
pub fn hold(file: &SourceFile, facts: &FileFacts) {
    let holder = Holder { file };
    let FileFacts {
        compose,
        env,
        dockerfile,
        sightings,
        ignores,
        problems,
    } = facts;
    if let Some(compose) = compose {
        holder.compose(compose);
    }
    if let Some(env) = env {
        holder.env(env);
    }
    if let Some(Dockerfile { from, expose }) = dockerfile {
        from.iter().for_each(|(from, _)| holder.span(from.span));
        expose.iter().for_each(|port| holder.span(port.span));
    }
    sightings.iter().for_each(|s| holder.sighting(s));
    ignores.iter().for_each(|i| holder.ignore(i));
    for Problem { span, .. } in problems {
        holder.span(*span);
    }
}

struct Holder<'a> {
    file: &'a SourceFile,
}

impl Holder<'_> {
    #[track_caller]
    fn span(&self, span: Span) {
        let inside = self.file.text.get(span.range()).is_some();
        assert!(inside, "{span} is no text of {}", self.file.path);
    }

    #[track_caller]
    fn offset(&self, offset: u32) {
        self.span(Span {
            start: offset,
            end: offset,
        });
    }

    /// What a text says of its bytes must be so: edits go by it.
    #[track_caller]
    fn text(&self, text: &Text) {
        self.span(text.span);
        for (start, c) in text.value.char_indices() {
            let end = start + c.len_utf8();
            if let Some(span) = text.locate(start..end) {
                self.span(span);
                assert_eq!(
                    Some(self.file.slice(span)),
                    text.value.get(start..end),
                    "{span} is not what {text:?} says"
                );
            }
        }
        if let Some(span) = text.locate(0..text.value.len()) {
            assert_eq!(self.file.slice(span), text.value, "{text:?}");
        }
    }

    fn texts<'t>(&self, texts: impl IntoIterator<Item = &'t Text>) {
        texts.into_iter().for_each(|t| self.text(t));
    }

    fn compose(&self, compose: &ComposeFile) {
        let ComposeFile {
            origin: _,
            name,
            services,
            removed: _,
            includes,
            volumes,
            volumes_end,
        } = compose;
        self.texts(name);
        services.iter().for_each(|s| self.service(s));
        for Include {
            paths,
            env_files,
            project_directory,
        } in includes
        {
            self.texts(paths.iter().chain(env_files).chain(project_directory));
        }
        volumes.iter().for_each(|v| self.span(v.span));
        volumes_end.iter().for_each(|end| self.offset(end.offset));
    }

    fn service(&self, service: &ComposeService) {
        let ComposeService {
            name,
            body,
            key_indent: _,
            body_end,
            image,
            build,
            container_name,
            hostname,
            network_mode,
            restart,
            healthcheck: _,
            ports,
            ports_tag: _,
            expose,
            environment,
            env_files,
            commands,
            mounts,
            networks: _,
            links,
            extra_hosts: _,
            labels,
            profiles,
            depends_on: _,
            extends,
            replicas: _,
            merge_tags: _,
            job: _,
        } = service;
        self.span(name.span);
        self.span(*body);
        self.offset(*body_end);
        self.texts(image.iter().chain(container_name).chain(hostname));
        self.texts(network_mode.iter().chain(restart));
        if let Some(Build {
            context,
            dockerfile,
            inline_from: _,
            target,
        }) = build
        {
            self.texts(context.iter().chain(dockerfile).chain(target));
        }
        ports.iter().for_each(|p| self.port(p));
        self.texts(expose.iter().chain(env_files).chain(commands));
        for EnvPair { key, value } in environment {
            self.span(key.span);
            self.texts(value);
        }
        for Mount {
            span,
            source,
            target: _,
            kind: _,
        } in mounts
        {
            self.span(*span);
            self.texts(source);
        }
        self.texts(links.iter().chain(profiles));
        for (key, value) in labels {
            self.span(key.span);
            self.text(value);
        }
        if let Some(Extends { file, service }) = extends {
            self.texts(file);
            self.text(service);
        }
    }

    fn port(&self, port: &PortEntry) {
        match port {
            PortEntry::Short(text) => self.text(text),
            PortEntry::Long(long) => {
                let LongPort {
                    span,
                    published,
                    target,
                    host_ip,
                    protocol,
                    mode,
                } = &**long;
                self.span(*span);
                self.texts(published.iter().chain(target).chain(host_ip));
                self.texts(protocol.iter().chain(mode));
            }
        }
    }

    fn env(&self, env: &EnvFile) {
        let EnvFile { entries, headings } = env;
        for EnvEntry {
            key,
            value,
            interpolates: _,
            commented: _,
            line,
        } in entries
        {
            self.span(key.span);
            assert_eq!(self.file.slice(key.span), key.value);
            self.text(value);
            self.span(*line);
            assert!(line.contains(key.span), "{key:?} {line}");
        }
        headings.iter().for_each(|(_, at)| self.offset(*at));
    }

    fn sighting(&self, sighting: &Sighting) {
        let Sighting {
            span,
            shown,
            port,
            end,
            form: _,
            host,
            scheme: _,
            name: _,
            fallback_of: _,
            read_by: _,
            hint: _,
            clues: _,
            tense: _,
            counterpart: _,
            role: _,
        } = sighting;
        self.span(*span);
        self.span(*shown);
        let digits = self.file.slice(*span);
        assert_eq!(digits.parse().ok(), Some(*port), "{sighting:?}");
        if let Some(end) = end {
            self.span(end.span);
            let digits = self.file.slice(end.span);
            assert_eq!(digits.parse().ok(), Some(end.value), "{sighting:?}");
        }
        if let Some(Host { span: Some(at), .. }) = host {
            self.span(*at);
        }
    }

    fn ignore(&self, ignore: &Ignore) {
        let Ignore {
            span,
            rules,
            scope: _,
        } = ignore;
        self.span(*span);
        for rule in rules {
            self.span(rule.span);
            assert!(span.contains(rule.span), "{ignore:?}");
        }
    }
}
