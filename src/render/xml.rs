//! A writer of small XML documents: escapes every value, closes what it opens.

use super::escape::Untrusted;
use std::io::{self, Write};

/// An XML document in the making.
pub(super) struct Xml<'a> {
    out: &'a mut dyn Write,
    open: Vec<&'static str>,
}

impl<'a> Xml<'a> {
    /// Begins a document.
    pub(super) fn new(out: &'a mut dyn Write) -> io::Result<Self> {
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        Ok(Self {
            out,
            open: Vec::new(),
        })
    }

    /// Opens an element.
    pub(super) fn open(
        &mut self,
        name: &'static str,
        attributes: &[(&str, Value<'_>)],
    ) -> io::Result<()> {
        self.start(name, attributes)?;
        writeln!(self.out, ">")?;
        self.open.push(name);
        Ok(())
    }

    /// Closes the element opened last.
    pub(super) fn close(&mut self) -> io::Result<()> {
        if let Some(name) = self.open.pop() {
            self.indent()?;
            writeln!(self.out, "</{name}>")?;
        }
        Ok(())
    }

    /// An element without content.
    pub(super) fn empty(
        &mut self,
        name: &'static str,
        attributes: &[(&str, Value<'_>)],
    ) -> io::Result<()> {
        self.start(name, attributes)?;
        writeln!(self.out, "/>")
    }

    /// An element with text.
    pub(super) fn text(
        &mut self,
        name: &'static str,
        attributes: &[(&str, Value<'_>)],
        text: &Untrusted,
    ) -> io::Result<()> {
        self.start(name, attributes)?;
        writeln!(self.out, ">{}</{name}>", text.xml())
    }

    fn start(&mut self, name: &str, attributes: &[(&str, Value<'_>)]) -> io::Result<()> {
        self.indent()?;
        write!(self.out, "<{name}")?;
        for (key, value) in attributes {
            match value {
                Value::Text(text) => write!(self.out, " {key}=\"{}\"", text.xml())?,
                Value::Word(word) => write!(self.out, " {key}=\"{word}\"")?,
                Value::Number(number) => write!(self.out, " {key}=\"{number}\"")?,
            }
        }
        Ok(())
    }

    fn indent(&mut self) -> io::Result<()> {
        for _ in &self.open {
            write!(self.out, "  ")?;
        }
        Ok(())
    }
}

/// An attribute's value.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    /// To be escaped.
    Text(&'a Untrusted),
    /// portlint's own.
    Word(&'static str),
    /// A number.
    Number(usize),
}
