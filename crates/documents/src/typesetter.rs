//! Typst as a library: templates and fonts are loaded once, data come in as files, and a tagged PDF comes out.

use std::{collections::HashMap, fmt};

use typst::{
    Feature, Features, Library, LibraryExt as _, World, WorldExt as _,
    diag::{FileError, FileResult, SourceDiagnostic},
    foundations::{Bytes, Datetime, Duration, Smart},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Coverage, Font, FontBook},
    utils::LazyHash,
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use zeroize::Zeroizing;

use crate::{
    legible,
    paper::{self, Paper, Template},
    press::PrintError,
    qr,
};

const FONTS: [&[u8]; 2] =
    [include_bytes!("../fonts/PublicSans-Regular.ttf"), include_bytes!("../fonts/PublicSans-SemiBold.ttf")];

const BASE: &str = include_str!("../templates/base.typ");
impl Template {
    const ALL: [Self; 4] = [Self::Packet, Self::Slip, Self::DaySheet, Self::Forms];

    /// Its file's name and text.
    const fn file(self) -> (&'static str, &'static str) {
        match self {
            Self::Packet => ("packet.typ", include_str!("../templates/packet.typ")),
            Self::Slip => ("slip.typ", include_str!("../templates/slip.typ")),
            Self::Forms => ("forms.typ", include_str!("../templates/forms.typ")),
            Self::DaySheet => ("day-sheet.typ", include_str!("../templates/day-sheet.typ")),
        }
    }
}

/// Results of earlier compilations that Typst keeps for so many papers. Most of a paper is the same as the last one's.
const KEPT_GENERATIONS: usize = 5;

/// Why a paper could not be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SetError {
    /// More text than a QR code can hold.
    #[error("the address is too long for a QR code")]
    Qr,
    /// A fault in a template.
    #[error("the template {0:?} does not compile: {1}")]
    Template(Template, Why),
    /// The file would break PDF/UA-1 or PDF/A-2a.
    #[error("a file of the template {0:?} would not conform to its standards: {1}")]
    Standard(Template, Why),
}

impl From<SetError> for PrintError {
    fn from(error: SetError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Typst's messages. They may quote what people typed, so there are none outside debug builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Why(Option<String>);

impl Why {
    fn of(errors: &[SourceDiagnostic], world: &dyn World) -> Self {
        let told = |error: &SourceDiagnostic| format!("{} {:?}", error.message, world.range(error.span));
        let all = || errors.iter().map(told).collect::<Vec<_>>().join("; ");
        Self(cfg!(debug_assertions).then(all))
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or_default())
    }
}

/// What is the same for all papers.
pub(crate) struct Typesetter {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    coverages: Vec<Coverage>,
    sources: HashMap<FileId, Source>,
    data_file: FileId,
    qr_file: FileId,
    standards: PdfStandards,
}

impl Typesetter {
    /// Reads fonts and templates.
    pub(crate) fn new() -> Self {
        let fonts: Vec<Font> = FONTS.iter().flat_map(|data| Font::iter(Bytes::new(*data))).collect();
        let files = Template::ALL.map(Template::file).into_iter().chain([("base.typ", BASE)]);
        let source = |(name, text): (&'static str, &str)| {
            let id = file_id(name);
            (id, Source::new(id, text.to_owned()))
        };
        // Header cells of rows, without which a form is a list of orphans to a screen reader.
        let features: Features = [Feature::A11yExtras].into_iter().collect();
        Self {
            library: LazyHash::new(Library::builder().with_features(features).build()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            coverages: fonts.iter().map(|font| font.info().coverage.clone()).collect(),
            fonts,
            sources: files.map(source).collect(),
            data_file: file_id("data.json"),
            qr_file: file_id("qr.svg"),
            standards: PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
                .expect("both are PDF 1.7, which a test sees"),
        }
    }

    /// Sets a paper as PDF/A-2a and PDF/UA-1.
    pub(crate) fn set(&self, paper: Paper) -> Result<Vec<u8>, PrintError> {
        // A secret is not kept at all.
        let _forget = Forget(if paper.template == Template::Slip { 0 } else { KEPT_GENERATIONS });
        Ok(self.compile(paper)?)
    }

    fn compile(&self, paper: Paper) -> Result<Vec<u8>, SetError> {
        let ident = format!("{:02x?}", paper.digest());
        let Paper { template, mut data, qr, made_micros } = paper;
        let unshown = legible::make_legible(&mut data, &|c| legible::covered(&self.coverages, c));
        data["unshown"] = unshown.into();
        let qr = qr.map(|text| qr::svg(&text).ok_or(SetError::Qr)).transpose()?;
        let text = Zeroizing::new(data.to_string());
        paper::wipe(&mut data);
        let desk = Desk {
            typesetter: self,
            main: file_id(template.file().0),
            data: Bytes::from_string(text),
            qr: Bytes::from_string(qr.unwrap_or_default()),
        };
        let document = typst::compile::<PagedDocument>(&desk)
            .output
            .map_err(|errors| SetError::Template(template, Why::of(&errors, &desk)))?;
        let options = PdfOptions {
            ident: Smart::Custom(ident),
            creator: Smart::Custom(Some("Clavero".to_owned())),
            timestamp: datetime(made_micros).map(Timestamp::new_utc),
            standards: self.standards.clone(),
            ..PdfOptions::default()
        };
        typst_pdf::pdf(&document, &options)
            .map_err(|errors| SetError::Standard(template, Why::of(&errors, &desk)))
    }
}

/// Makes Typst forget what it kept for more than so many papers, after failures and panics too: it would stay for ever.
struct Forget(usize);

impl Drop for Forget {
    fn drop(&mut self) {
        comemo::evict(self.0);
    }
}

/// One paper's view: what all share, and its own two files.
struct Desk<'a> {
    typesetter: &'a Typesetter,
    main: FileId,
    data: Bytes,
    qr: Bytes,
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.typesetter.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.typesetter.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.typesetter.sources.get(&id).cloned().ok_or_else(absent)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match id {
            id if id == self.typesetter.data_file => Ok(self.data.clone()),
            id if id == self.typesetter.qr_file => Ok(self.qr.clone()),
            _ => Err(absent()),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.typesetter.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn absent() -> FileError {
    FileError::AccessDenied
}

/// Typst keeps a name for ever once it heard it: only names that are written in this file come here.
fn file_id(name: &'static str) -> FileId {
    let path = VirtualPath::new(name).expect("the names in this file are plain file names");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

fn datetime(micros: i64) -> Option<Datetime> {
    let civil = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::from_microsecond(micros).ok()?);
    let part = |number: i8| u8::try_from(number).ok();
    Datetime::from_ymd_hms(
        civil.year().into(),
        part(civil.month())?,
        part(civil.day())?,
        part(civil.hour())?,
        part(civil.minute())?,
        part(civil.second())?,
    )
}
