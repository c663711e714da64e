//! Parquet files whose bytes depend on their content only.

use arrow_schema::SchemaRef;
use parquet::{
    arrow::{ArrowWriter, arrow_writer::ArrowWriterOptions},
    basic::ZstdLevel,
    file::properties::WriterPropertiesBuilder,
};
use std::{fs, fs::File, io, path::Path};

/// The level of compression of every file: fast, as clouds use it.
pub fn level() -> ZstdLevel {
    ZstdLevel::default()
}

/// Makes the file and the folders above it. The library's version is not written into it, nor the Arrow schema, so that readers see plain Parquet.
pub fn create(path: &Path, schema: &SchemaRef, properties: WriterPropertiesBuilder) -> io::Result<ArrowWriter<File>> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let properties = properties.set_created_by("tagledger-testkit".to_owned()).build();
    let options = ArrowWriterOptions::new().with_skip_arrow_metadata(true).with_properties(properties);
    Ok(ArrowWriter::try_new_with_options(File::create(path)?, schema.clone(), options)?)
}
