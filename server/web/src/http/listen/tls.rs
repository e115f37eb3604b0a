//! TLS for servers without a proxy in front.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::{Error as PemError, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{Error as RustlsError, ServerConfig};
use tokio_rustls::server::TlsStream;

/// Fault of the certificate or key files, in one line that quotes nothing of their content.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{name} names {}, which cannot be read: {reason}", .path.display())]
    Unreadable {
        name: &'static str,
        path: PathBuf,
        reason: String,
    },
    #[error("{name} names {}, which contains no {item} in PEM", .path.display())]
    Empty {
        name: &'static str,
        path: PathBuf,
        item: &'static str,
    },
    #[error(
        "the private key in VOXUM_TLS_KEY does not belong to the first certificate in VOXUM_TLS_CERT"
    )]
    Mismatch,
    #[error("the certificate of VOXUM_TLS_CERT and its key cannot be used: {0}")]
    Unusable(RustlsError),
}

const CERT: &str = "VOXUM_TLS_CERT";
const KEY: &str = "VOXUM_TLS_KEY";

/// A certificate and its key, as they were when the files were last read.
pub struct Tls {
    cert: PathBuf,
    key: PathBuf,
    config: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    /// Reads the certificate and its key.
    ///
    /// # Errors
    /// If the files cannot be used for serving.
    pub fn read(cert: &Path, key: &Path) -> Result<Self, TlsError> {
        Ok(Self {
            config: RwLock::new(config(cert, key)?),
            cert: cert.to_owned(),
            key: key.to_owned(),
        })
    }

    /// Reads the files again, for example after a renewal. Open connections are not affected.
    ///
    /// # Errors
    /// If the files cannot be used for serving. The previous certificate then remains in use.
    pub fn reload(&self) -> Result<(), TlsError> {
        let fresh = config(&self.cert, &self.key)?;
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        let config = Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner));
        TlsAcceptor::from(config).accept(stream).await
    }
}

fn config(cert: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let pem_error = |name, path: &Path, item, error: PemError| match error {
        PemError::NoItemsFound => TlsError::Empty {
            name,
            path: path.to_owned(),
            item,
        },
        PemError::Io(error) => TlsError::Unreadable {
            name,
            path: path.to_owned(),
            reason: error.to_string(),
        },
        // The text of this error may quote the file.
        _ => TlsError::Unreadable {
            name,
            path: path.to_owned(),
            reason: "it is not in PEM format".to_owned(),
        },
    };
    let unreadable = |error| pem_error(CERT, cert, "certificate", error);
    let chain: Vec<_> = CertificateDer::pem_file_iter(cert)
        .map_err(unreadable)?
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    if chain.is_empty() {
        return Err(unreadable(PemError::NoItemsFound));
    }
    let private_key = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| pem_error(KEY, key, "private key", error))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, private_key)
        .map_err(|error| match error {
            RustlsError::InconsistentKeys(_) => TlsError::Mismatch,
            other => TlsError::Unusable(other),
        })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
