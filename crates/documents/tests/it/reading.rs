//! Reads papers with tools that share nothing with the typesetter: lopdf, poppler and zbar.

use std::{fs, process::Command};

use clavero_documents::{Press, PressSettings};
use lopdf::{Dictionary, Document, Object};

pub(crate) fn press() -> Press {
    Press::start(PressSettings::default()).unwrap()
}

/// One structure element: its type and its alternative text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) tag: String,
    pub(crate) alt: Option<String>,
}

/// A word with its place in points, from the upper left corner of a page of such a width and height.
#[derive(Debug)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) page: (f64, f64),
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

/// A PDF, opened.
pub(crate) struct Opened {
    bytes: Vec<u8>,
    document: Document,
}

impl Opened {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec(), document: Document::load_mem(bytes).unwrap() }
    }

    fn catalog(&self) -> &Dictionary {
        self.document.catalog().unwrap()
    }

    fn resolved<'a>(&'a self, object: &'a Object) -> &'a Object {
        self.document.dereference(object).unwrap().1
    }

    fn entry<'a>(&'a self, dictionary: &'a Dictionary, key: &str) -> Option<&'a Object> {
        dictionary.get(key.as_bytes()).ok().map(|object| self.resolved(object))
    }

    pub(crate) fn language(&self) -> String {
        text(self.entry(self.catalog(), "Lang").unwrap())
    }

    pub(crate) fn is_marked(&self) -> bool {
        let mark_info = self.entry(self.catalog(), "MarkInfo").unwrap().as_dict().unwrap();
        self.entry(mark_info, "Marked").unwrap().as_bool().unwrap()
    }

    pub(crate) fn shows_title(&self) -> bool {
        let preferences = self.entry(self.catalog(), "ViewerPreferences").unwrap().as_dict().unwrap();
        self.entry(preferences, "DisplayDocTitle").unwrap().as_bool().unwrap()
    }

    /// The XMP packet, where a file says what standards it keeps.
    pub(crate) fn metadata(&self) -> String {
        let stream = self.entry(self.catalog(), "Metadata").unwrap().as_stream().unwrap();
        let plain = stream.decompressed_content().unwrap_or_else(|_| stream.content.clone());
        String::from_utf8(plain).unwrap()
    }

    /// The structure elements in reading order.
    pub(crate) fn elements(&self) -> Vec<Element> {
        let root = self.entry(self.catalog(), "StructTreeRoot").unwrap().as_dict().unwrap();
        let mut found = Vec::new();
        self.walk(root, &mut found);
        found
    }

    fn walk(&self, node: &Dictionary, found: &mut Vec<Element>) {
        if let Some(tag) = self.entry(node, "S") {
            let tag = String::from_utf8(tag.as_name().unwrap().to_vec()).unwrap();
            found.push(Element { tag, alt: self.entry(node, "Alt").map(text) });
        }
        let Some(kids) = self.entry(node, "K") else { return };
        let kids = kids.as_array().cloned().unwrap_or_else(|_| vec![kids.clone()]);
        for kid in &kids {
            if let Ok(kid) = self.resolved(kid).as_dict() {
                self.walk(kid, found);
            }
        }
    }

    /// How many fonts the file uses, all of which must carry their program along.
    pub(crate) fn embedded_fonts(&self) -> usize {
        let dictionaries = self.document.objects.values().filter_map(|object| object.as_dict().ok());
        let descriptors: Vec<&Dictionary> = dictionaries
            .filter(|found| found.get(b"Type").ok() == Some(&Object::from("FontDescriptor")))
            .collect();
        for descriptor in &descriptors {
            let programs = ["FontFile", "FontFile2", "FontFile3"];
            assert!(programs.iter().any(|key| self.entry(descriptor, key).is_some()), "{descriptor:?}");
        }
        descriptors.len()
    }

    pub(crate) fn pages(&self) -> usize {
        self.document.get_pages().len()
    }

    /// Everything that is printed, headers and footers too, as one line: where lines break is the layout's business.
    pub(crate) fn text(&self) -> String {
        let text = self.run("pdftotext", &["-raw", "-enc", "UTF-8", "paper.pdf", "-"]);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// What the structure tree leads through: the text as a screen reader speaks it.
    pub(crate) fn spoken(&self) -> String {
        let tree = self.run("pdfinfo", &["-struct-text", "-enc", "UTF-8", "paper.pdf"]);
        let quoted = tree.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix('"'));
        quoted.map(str::trim).collect::<Vec<_>>().join(" ")
    }

    /// Words that leave the page's inner edge, which is `margin` points from the paper's.
    pub(crate) fn words_beyond(&self, margin: f64) -> Vec<String> {
        let beyond = |word: &Word| {
            let (width, height) = word.page;
            word.left < margin - 0.5
                || word.right > width - margin + 0.5
                || word.top < 0.0
                || word.bottom > height
        };
        self.words().into_iter().filter(beyond).map(|word| format!("{word:?}")).collect()
    }

    /// Every word and where it stands.
    pub(crate) fn words(&self) -> Vec<Word> {
        let boxes = self.run("pdftotext", &["-bbox", "-enc", "UTF-8", "paper.pdf", "-"]);
        let number = |line: &str, name: &str| -> f64 {
            let (_, rest) = line.split_once(&format!("{name}=\"")).unwrap();
            rest.split('"').next().unwrap().parse().unwrap()
        };
        let mut page = (0.0, 0.0);
        let mut words = Vec::new();
        for line in boxes.lines().map(str::trim) {
            if line.starts_with("<page ") {
                page = (number(line, "width"), number(line, "height"));
            } else if line.starts_with("<word ") {
                words.push(Word {
                    text: line.split(['<', '>']).nth(2).unwrap().to_owned(),
                    page,
                    left: number(line, "xMin"),
                    right: number(line, "xMax"),
                    top: number(line, "yMin"),
                    bottom: number(line, "yMax"),
                });
            }
        }
        assert!(!words.is_empty());
        words
    }

    /// What a scanner reads from the first page, printed in black and white.
    pub(crate) fn scanned(&self, page: usize) -> Vec<String> {
        let page = page.to_string();
        let folder = self.folder();
        let pages = ["-gray", "-r", "150", "-f", &page, "-l", &page, "-singlefile", "paper.pdf", "scan"];
        run("pdftoppm", &pages, &folder);
        let read = run("zbarimg", &["--quiet", "--raw", "scan.pgm"], &folder);
        read.lines().map(str::to_owned).collect()
    }

    fn folder(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("paper.pdf"), &self.bytes).unwrap();
        folder
    }

    fn run(&self, program: &str, arguments: &[&str]) -> String {
        run(program, arguments, &self.folder())
    }
}

fn run(program: &str, arguments: &[&str], folder: &tempfile::TempDir) -> String {
    let output = Command::new(program).args(arguments).current_dir(folder.path()).output();
    let output = output.unwrap_or_else(|error| panic!("scripts/test installs {program}: {error}"));
    assert!(output.status.success(), "{program}: {output:?}");
    // Identifiers of elements are bytes, and stand among the words.
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn text(object: &Object) -> String {
    lopdf::decode_text_string(object).unwrap()
}

/// Where each of `parts` begins in `text`, in the order in which they are expected.
pub(crate) fn assert_in_order(text: &str, parts: &[&str]) {
    let mut from = 0;
    for part in parts {
        let at = text[from..].find(part);
        let at = at
            .unwrap_or_else(|| panic!("{part:?} is not there, or not after what should precede it:\n{text}"));
        from += at + part.len();
    }
}
