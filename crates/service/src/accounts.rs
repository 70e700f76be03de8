//! Signing in, sessions, changing the key, and "no fui yo".

use clavero_protocol::{EmployerKey, Exceeded, NormalizedPassword, Timestamp};
use clavero_store::{
    Actor, AuditEntry, ChangeKey, Denied, Employer, Limit, NewSession, Once, Rehash, Session, StoreError,
    acts,
};
use uuid::Uuid;

use crate::{
    Client, Identifiers, Service,
    errors::{AccessError, ChangePasswordError, CurrentKeyError, LinkError, SignInError},
    links::{StrengthReport, name_of},
    proof::Scope,
    secrets::{Token, random},
    views::{EmployerName, EmployerView, SessionRow, SessionView},
};

/// A sign-in.
#[derive(Clone)]
pub struct SignIn<'a> {
    /// Who, as which employer.
    pub identifiers: Identifiers,
    /// The key as typed.
    pub password: &'a str,
    /// A solved task, where one was asked for.
    pub proof: Option<&'a str>,
}

/// An open session.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// What carries the session.
    pub token: String,
    /// What tells this device from a stranger's the next time.
    pub device: String,
    /// The session.
    pub session: SessionView,
}

/// An employer whose key was the one that was typed.
struct Checked<'a> {
    employer: &'a Employer,
    /// When that key had been set.
    key_set_at: Timestamp,
    /// The same key under today's parameters, where it is to be replaced.
    rehash: Option<Rehash>,
    /// Whether the owner is to hear of it.
    tell: bool,
}

impl Service {
    /// Signs in. One answer for every failure, in the time of one hash; the attempt is counted before it is compared.
    pub async fn sign_in(&self, sign_in: SignIn<'_>, client: &Client) -> Result<SignedIn, SignInError> {
        let key = sign_in.identifiers.employer;
        let browser = self.known_browser(&key, client).await?;
        let limits = vec![
            self.budgets().sign_ins_of_network(client),
            self.budgets().sign_ins_of_employer(&key, browser.as_ref()),
        ];
        let once = self.sign_in_proof(&sign_in, client).await?;
        self.count_sign_in(&sign_in, client, &limits, once).await?;
        let employer = self.store.employer(&key).await?;
        let standing = employer.as_ref().filter(|employer| self.may_sign_in(employer, &sign_in.identifiers));
        let credential = standing.and_then(|employer| employer.credential.as_ref());
        let (phc, key_set_at) =
            credential.map(|credential| (credential.phc.clone(), credential.changed_at)).unzip();
        let password = NormalizedPassword::new(sign_in.password);
        let verdict =
            self.hasher.verify(password.clone(), phc.clone()).await.map_err(|_| SignInError::Busy)?;
        let refused = || metrics::counter!("clavero_sign_ins_total", "outcome" => "refused").increment(1);
        let (Some(employer), Some(phc), Some(key_set_at), true) =
            (employer, phc, key_set_at, verdict.matches)
        else {
            refused();
            return Err(SignInError::InvalidCredentials);
        };
        let rehash = if verdict.outdated { self.rehash(&key, password, phc).await } else { None };
        let tell = browser.is_none() && self.has_been_guessed_at(&key).await?;
        let checked = Checked { employer: &employer, key_set_at, rehash, tell };
        let signed_in = self.open_session(checked, client, limits).await?;
        signed_in.ok_or(SignInError::InvalidCredentials).inspect_err(|_| refused())
    }

    /// What a request's browser is told apart by, where it is no stranger's: it signed in as this employer before, or has a voucher
    /// of the mailbox.
    pub(crate) async fn known_browser(
        &self,
        key: &EmployerKey,
        client: &Client,
    ) -> Result<Option<[u8; 32]>, StoreError> {
        if let Some(device) = client.device.as_deref().and_then(Token::parse)
            && self.store.knows_device(key, device.digest()).await?
        {
            return Ok(Some(device.digest()));
        }
        if client.voucher.is_none() {
            return Ok(None);
        }
        let employer = self.store.employer(key).await?;
        Ok(employer.and_then(|employer| self.voucher_of(&employer, client)))
    }

    /// Whether strangers tried so many keys of late that the right one may be theirs.
    async fn has_been_guessed_at(&self, key: &EmployerKey) -> Result<bool, StoreError> {
        let room = self.store.peek(vec![self.budgets().unnoticed_sign_ins(key)]).await?;
        Ok(room.iter().any(Result::is_err))
    }

    async fn sign_in_proof(
        &self,
        sign_in: &SignIn<'_>,
        client: &Client,
    ) -> Result<Option<Once>, SignInError> {
        let triggers = self.budgets().proof_triggers(&sign_in.identifiers, client);
        if self.store.peek(triggers[..1].to_vec()).await?.iter().all(Result::is_ok) {
            return Ok(None);
        }
        self.accept_proof(sign_in.proof, Scope::SignIn, client).map(Some).map_err(SignInError::ProofRequired)
    }

    async fn count_sign_in(
        &self,
        sign_in: &SignIn<'_>,
        client: &Client,
        limits: &[Limit],
        once: Option<Once>,
    ) -> Result<(), SignInError> {
        let mut all = limits.to_vec();
        let network = self.budgets().proof_triggers(&sign_in.identifiers, client)[..1].to_vec();
        all.extend(self.with_room(network).await?);
        let entry =
            AuditEntry::done(Actor::Visitor, acts::SIGN_IN_TRIED).of(Some(&sign_in.identifiers.employer));
        let now = self.store.now();
        self.store.take(all, once, entry).await?.map_err(|denied| match denied {
            Denied::Exceeded { exceeded: Exceeded { retry_at }, .. } => {
                SignInError::TooMany { retry_after: retry_at.saturating_since(now) }
            }
            Denied::SpentProof => {
                SignInError::ProofRequired(Box::new(self.ask_for_work(Scope::SignIn, client, None)))
            }
        })
    }

    fn may_sign_in(&self, employer: &Employer, claimed: &Identifiers) -> bool {
        let Some(credential) = &employer.credential else { return false };
        let genuine = self.keys.credential_holds(&employer.record.key, &credential.phc, &credential.mac);
        if !genuine {
            tracing::error!("a stored credential is not one that this ring made; it is not used");
            metrics::counter!("clavero_credentials_forged_total").increment(1);
        }
        genuine && !credential.frozen && employer.record.representative == claimed.representative
    }

    /// The same key under today's parameters; left for the next time when the pool is full.
    async fn rehash(
        &self,
        key: &EmployerKey,
        password: NormalizedPassword,
        current_phc: String,
    ) -> Option<Rehash> {
        let phc = self.hasher.hash(password).await.ok()?;
        Some(Rehash { current_phc, credential: self.keys.credential(key, phc) })
    }

    async fn open_session(
        &self,
        checked: Checked<'_>,
        client: &Client,
        limits: Vec<Limit>,
    ) -> Result<Option<SignedIn>, SignInError> {
        let Checked { employer, key_set_at, rehash, tell } = checked;
        let (token, device) = (Token::random(), Token::random());
        let [network, account]: [Limit; 2] = limits.try_into().map_err(|_| SignInError::Unavailable)?;
        let triggers = vec![network];
        let session = self
            .store
            .open_session(NewSession {
                token: token.digest(),
                id: random(),
                employer: employer.record.key,
                key_set_at,
                device: client.device_name.clone(),
                device_token: device.digest(),
                clear: vec![account.key],
                give_back: triggers,
                rehash,
                tell,
            })
            .await?;
        let Some(session) = session else { return Ok(None) };
        metrics::counter!("clavero_sign_ins_total", "outcome" => "opened").increment(1);
        let session = self.session_view(&session, employer);
        Ok(Some(SignedIn { token: token.text(), device: device.text(), session }))
    }

    fn session_view(&self, session: &Session, employer: &Employer) -> SessionView {
        SessionView {
            id: Uuid::from_bytes(session.id).to_string(),
            employer: self.employer_view(employer),
            expires_at: session.ends_at(self.settings.sessions),
        }
    }

    fn employer_view(&self, employer: &Employer) -> EmployerView {
        let record = &employer.record;
        let email = record.email.as_ref().and_then(|email| self.keys.open_email(&record.key, email));
        EmployerView {
            name: name_of(employer),
            representative_name: record.representative_name.clone(),
            kind: record.kind,
            email_hint: email.map(|email| email.hint()),
            key_changed_at: employer.credential.as_ref().map(|credential| credential.changed_at),
        }
    }

    async fn living(&self, token: &str) -> Result<(Token, Session, Employer), AccessError> {
        let token = Token::parse(token).ok_or(AccessError::Unauthorized)?;
        let session = self.store.session(token.digest(), self.settings.sessions).await?;
        let session = session.ok_or(AccessError::Unauthorized)?;
        let employer = self.store.employer(&session.employer).await?.ok_or(AccessError::Unauthorized)?;
        Ok((token, session, employer))
    }

    /// The session of a token.
    pub async fn session(&self, token: &str) -> Result<SessionView, AccessError> {
        let (_, session, employer) = self.living(token).await?;
        Ok(self.session_view(&session, &employer))
    }

    /// Closes the session of a token.
    pub async fn sign_out(&self, token: &str) -> Result<(), AccessError> {
        let (_, session, _) = self.living(token).await?;
        self.store.close_sessions(&session.employer, Some(session.id), None).await?;
        Ok(())
    }

    /// All sessions of the employer, newest first.
    pub async fn sessions(&self, token: &str) -> Result<Vec<SessionRow>, AccessError> {
        let (_, current, employer) = self.living(token).await?;
        let all = self.store.sessions(&employer.record.key, self.settings.sessions).await?;
        Ok(all
            .into_iter()
            .map(|session| SessionRow {
                id: Uuid::from_bytes(session.id).to_string(),
                current: session.id == current.id,
                device: session.device,
                created_at: session.created_at,
                last_seen_at: session.last_seen_at,
            })
            .collect())
    }

    /// Closes one of the employer's sessions, or all but this one, for who knows the key.
    pub async fn close_sessions(
        &self,
        token: &str,
        current: &str,
        id: Option<&str>,
    ) -> Result<(), CurrentKeyError> {
        let (token, _, employer) = self.living(token).await?;
        let id = id.map(Uuid::try_parse).transpose().map_err(|_| AccessError::NotFound)?;
        self.check_current(&employer, current, acts::SESSION_CLOSE_TRIED).await?;
        let keep = id.is_none().then(|| token.digest());
        self.store.close_sessions(&employer.record.key, id.map(Uuid::into_bytes), keep).await?;
        Ok(())
    }

    /// Changes the key of a session's employer, who knows the current one. Every other session ends.
    pub async fn change_password(
        &self,
        token: &str,
        current: &str,
        new: &str,
    ) -> Result<(), ChangePasswordError> {
        let (token, _, employer) = self.living(token).await.map_err(CurrentKeyError::from)?;
        let key = employer.record.key;
        let current_phc = self.check_current(&employer, current, acts::KEY_CHANGE_TRIED).await?;
        let password = self.judge(new, &employer).map_err(ChangePasswordError::Weak)?;
        let phc = self.hasher.hash(password).await.map_err(|_| CurrentKeyError::Unavailable)?;
        let change = ChangeKey {
            employer: key,
            keep: token.digest(),
            current_phc,
            credential: self.keys.credential(&key, phc),
            policy: self.settings.policy_arc(),
        };
        if !self.store.change_key(change).await.map_err(CurrentKeyError::from)? {
            return Err(CurrentKeyError::Wrong.into());
        }
        Ok(())
    }

    /// The PHC string of the employer's key, which whoever has a session typed again. Counted before it is compared.
    async fn check_current(
        &self,
        employer: &Employer,
        typed: &str,
        act: &'static str,
    ) -> Result<String, CurrentKeyError> {
        let key = &employer.record.key;
        let limits = vec![self.budgets().key_checks(&key.as_i64().to_be_bytes())];
        let entry = AuditEntry::done(Actor::Employer, act).of(Some(key));
        if let Err(Denied::Exceeded { exceeded, .. }) = self.store.take(limits, None, entry).await? {
            let retry_after = exceeded.retry_at.saturating_since(self.store.now());
            return Err(CurrentKeyError::TooMany { retry_after });
        }
        let phc = employer.credential.as_ref().map(|credential| credential.phc.clone());
        let verdict = self.hasher.verify(NormalizedPassword::new(typed), phc.clone()).await;
        let verdict = verdict.map_err(|_| CurrentKeyError::Unavailable)?;
        phc.filter(|_| verdict.matches).ok_or(CurrentKeyError::Wrong)
    }

    /// Judges a key that is being typed in "Mi cuenta".
    pub async fn strength_for_session(
        &self,
        token: &str,
        candidate: &str,
    ) -> Result<StrengthReport, AccessError> {
        let (_, _, employer) = self.living(token).await?;
        Ok(self.report(candidate, &employer))
    }

    /// Whose key a "no fui yo" link speaks of. Changes nothing.
    pub async fn read_repudiation(&self, link: &str) -> Result<EmployerName, LinkError> {
        let digest = Token::parse(link).ok_or(LinkError::Unknown)?.digest();
        let found = self.store.repudiation(digest).await?.ok_or(LinkError::Unknown)?;
        if found.used {
            return Err(LinkError::Used);
        }
        let employer = self.store.employer(&found.employer).await?.ok_or(LinkError::Unknown)?;
        Ok(name_of(&employer))
    }

    /// "No fui yo": freezes the key, ends all sessions and recoveries. The way on is in person.
    pub async fn repudiate(&self, link: &str) -> Result<EmployerName, LinkError> {
        let name = self.read_repudiation(link).await?;
        let digest = Token::parse(link).ok_or(LinkError::Unknown)?.digest();
        if self.store.repudiate(digest, &self.settings.policy).await? {
            tracing::warn!("a key was frozen by its owner");
            metrics::counter!("clavero_keys_frozen_total").increment(1);
            Ok(name)
        } else {
            Err(LinkError::Expired { resendable: false })
        }
    }
}
