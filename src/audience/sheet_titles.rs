//! What columns of a list are called that are read for what they mean, in lower case and without punctuation.
//! Pure: words.

pub const EMAIL: &[&str] = &[
    "email",
    "emailaddress",
    "mail",
    "emailvalue",
    "email1value",
    "email1",
    "primaryemail",
    "emailadresse",
    "adresseemail",
    "adressemail",
    "courriel",
    "correoelectronico",
];
pub const FIRST_NAME: &[&str] = &["firstname", "givenname", "forename"];
pub const LAST_NAME: &[&str] = &["lastname", "surname", "familyname"];
pub const BASIS: &[&str] = &["basis", "consent", "lawfulbasis"];
pub const SEGMENTS: &[&str] = &["segments", "segment", "tags"];
/// When somebody came onto a list, as systems call it.
pub const JOINED: &[&str] = &[
    "joined",
    "joinedat",
    "subscribedat",
    "subscribedon",
    "subscribedate",
    "subscriptiondate",
    "signupdate",
    "signedupat",
    "createdat",
    "created",
    "datecreated",
    "dateadded",
    "addedtime",
    "optintime",
];
/// When somebody gave their address once more: the later day counts.
pub const GIVEN_AGAIN: &[&str] = &["givenagain", "obtainedagain"];
pub const DIRECTLY: &[&str] = &["obtaineddirectly", "givendirectly"];
pub const OPTOUT_OFFERED: &[&str] = &["optoutoffered"];
pub const MET_THROUGH: &[&str] = &["metthrough"];
pub const OBTAINED: &[&str] = &["obtainedat", "consentat", "subscribedat", "createdat"];

/// What a list in roundup's own form calls its lawful bases. A column `consent` may be of any system.
pub const OWN_BASIS: &[&str] = &["basis", "lawfulbasis"];
