//! The words of the pages for signing up, by language.
//! Pure: a table.

/// The words of one language; `{name}` stands for the newsletter.
#[derive(Debug)]
pub struct JoinWords {
    language: &'static str,
    pub title: &'static str,
    pub address: &'static str,
    pub first_name: &'static str,
    /// What they agree to, where the settings have no wording of their own.
    pub consent: &'static str,
    pub button: &'static str,
    /// What happens next, and what is kept.
    pub note: &'static str,
    /// For programs that read a page aloud, beside the field that people leave empty.
    pub leave_empty: &'static str,
    pub wrong_address: &'static str,
    /// `{meant}` stands for the domain that is likely meant.
    pub mistyped: &'static str,
    pub press_again: &'static str,
    pub thanks_title: &'static str,
    pub thanks_text: &'static str,
    pub confirm_title: &'static str,
    pub confirm_text: &'static str,
    pub confirm_button: &'static str,
    pub joined_title: &'static str,
    pub joined_text: &'static str,
    pub late_title: &'static str,
    pub late_text: &'static str,
    pub void_title: &'static str,
    pub void_text: &'static str,
    pub again: &'static str,
    pub busy_title: &'static str,
    pub busy_text: &'static str,
}

const WORDS: [JoinWords; 4] = [
    JoinWords {
        language: "en",
        title: "Get {name} by email",
        address: "Your email address",
        first_name: "Your first name (if you like)",
        consent: "Yes, please email me {name}. I can leave at any time.",
        button: "Sign up",
        note: "We then send you one email with a button. Only when you press it are you on the list. If you do not, we \
               delete your address after 30 days. We do not keep your computer's address.",
        leave_empty: "Leave this field empty",
        wrong_address: "This is not an email address. It looks like ann@example.org.",
        mistyped: "Please look at the address again: did you mean {meant}?",
        press_again: "Please check your address, then press the button.",
        thanks_title: "Please look in your inbox",
        thanks_text: "If the address is right, an email is on its way to it. Press the button in that email, and you are \
                      on the list. If nothing arrives within an hour, look in your spam folder, then sign up again.",
        confirm_title: "Receive {name}?",
        confirm_text: "Press the button and you are on the list. You can leave at any time.",
        confirm_button: "Yes, sign me up",
        joined_title: "You are on the list",
        joined_text: "You will receive {name}. Every email has a link for leaving.",
        late_title: "This link is too old",
        late_text: "It worked for 7 days. Sign up again and we will send you a new one.",
        void_title: "This link does not count any more",
        void_text: "Since we sent it you have left, or signed up again. To receive {name}, sign up again.",
        again: "Sign up again",
        busy_title: "Please try again in an hour",
        busy_text: "Too many people are signing up just now, so we have not kept your address.",
    },
    JoinWords {
        language: "cy",
        title: "Derbyn {name} drwy e-bost",
        address: "Eich cyfeiriad e-bost",
        first_name: "Eich enw cyntaf (os hoffech)",
        consent: "Ie, anfonwch {name} ataf drwy e-bost. Gallaf adael unrhyw bryd.",
        button: "Cofrestru",
        note: "Yna byddwn yn anfon un e-bost atoch gyda botwm. Dim ond ar ôl i chi ei bwyso y byddwch ar y rhestr. Os na \
               wnewch hynny, byddwn yn dileu eich cyfeiriad ar ôl 30 diwrnod. Nid ydym yn cadw cyfeiriad eich cyfrifiadur.",
        leave_empty: "Gadewch y maes hwn yn wag",
        wrong_address: "Nid yw hwn yn gyfeiriad e-bost. Mae'n edrych fel ann@example.org.",
        mistyped: "Edrychwch ar y cyfeiriad eto: ai {meant} oeddech yn ei feddwl?",
        press_again: "Gwiriwch eich cyfeiriad, yna pwyswch y botwm.",
        thanks_title: "Edrychwch yn eich blwch derbyn",
        thanks_text: "Os yw'r cyfeiriad yn gywir, mae e-bost ar ei ffordd. Pwyswch y botwm ynddo, a byddwch ar y rhestr. Os \
                      na ddaw dim o fewn awr, edrychwch yn eich ffolder sbam, yna cofrestrwch eto.",
        confirm_title: "Derbyn {name}?",
        confirm_text: "Pwyswch y botwm a byddwch ar y rhestr. Gallwch adael unrhyw bryd.",
        confirm_button: "Ie, cofrestrwch fi",
        joined_title: "Rydych ar y rhestr",
        joined_text: "Byddwch yn derbyn {name}. Mae dolen i adael ym mhob e-bost.",
        late_title: "Mae'r ddolen hon yn rhy hen",
        late_text: "Roedd yn gweithio am 7 diwrnod. Cofrestrwch eto ac anfonwn un newydd atoch.",
        void_title: "Nid yw'r ddolen hon yn cyfrif mwyach",
        void_text: "Ers i ni ei hanfon rydych wedi gadael, neu wedi cofrestru eto. I dderbyn {name}, cofrestrwch eto.",
        again: "Cofrestru eto",
        busy_title: "Rhowch gynnig arall arni mewn awr",
        busy_text: "Mae gormod o bobl yn cofrestru nawr, felly nid ydym wedi cadw eich cyfeiriad.",
    },
    JoinWords {
        language: "fr",
        title: "Recevoir {name} par e-mail",
        address: "Votre adresse e-mail",
        first_name: "Votre prénom (facultatif)",
        consent: "Oui, envoyez-moi {name} par e-mail. Je peux me désinscrire à tout moment.",
        button: "S’inscrire",
        note: "Nous vous enverrons un e-mail avec un bouton. Vous ne serez sur la liste qu’après avoir appuyé dessus. \
               Sinon, nous effaçons votre adresse au bout de 30 jours. Nous ne gardons pas l’adresse de votre ordinateur.",
        leave_empty: "Laissez ce champ vide",
        wrong_address: "Ce n’est pas une adresse e-mail. Elle ressemble à ann@example.org.",
        mistyped: "Vérifiez l’adresse : vouliez-vous dire {meant} ?",
        press_again: "Vérifiez votre adresse, puis appuyez sur le bouton.",
        thanks_title: "Regardez dans votre boîte de réception",
        thanks_text: "Si l’adresse est bonne, un e-mail est en route. Appuyez sur le bouton de cet e-mail et vous serez sur \
                      la liste. Si rien n’arrive dans l’heure, regardez dans les indésirables, puis inscrivez-vous à nouveau.",
        confirm_title: "Recevoir {name} ?",
        confirm_text: "Appuyez sur le bouton et vous serez sur la liste. Vous pouvez vous désinscrire à tout moment.",
        confirm_button: "Oui, inscrivez-moi",
        joined_title: "Vous êtes sur la liste",
        joined_text: "Vous recevrez {name}. Chaque e-mail contient un lien pour vous désinscrire.",
        late_title: "Ce lien est trop ancien",
        late_text: "Il était valable 7 jours. Inscrivez-vous à nouveau et nous vous en enverrons un autre.",
        void_title: "Ce lien n’est plus valable",
        void_text: "Depuis son envoi, vous vous êtes désinscrit ou inscrit à nouveau. Pour recevoir {name}, \
                    inscrivez-vous à nouveau.",
        again: "S’inscrire à nouveau",
        busy_title: "Veuillez réessayer dans une heure",
        busy_text: "Trop de personnes s’inscrivent en ce moment : nous n’avons pas gardé votre adresse.",
    },
    JoinWords {
        language: "ar",
        title: "استلام {name} بالبريد الإلكتروني",
        address: "عنوان بريدك الإلكتروني",
        first_name: "اسمك الأول (إن أحببت)",
        consent: "نعم، أرسلوا إليّ {name} بالبريد الإلكتروني. يمكنني المغادرة في أي وقت.",
        button: "اشترك",
        note: "سنرسل إليك رسالة واحدة فيها زر. لن تكون في القائمة إلا بعد الضغط عليه. وإن لم تفعل نحذف عنوانك بعد 30 يومًا. \
               ولا نحتفظ بعنوان جهازك.",
        leave_empty: "اترك هذا الحقل فارغًا",
        wrong_address: "هذا ليس عنوان بريد إلكتروني. العنوان يشبه ann@example.org.",
        mistyped: "يرجى مراجعة العنوان: هل تقصد {meant}؟",
        press_again: "يرجى مراجعة عنوانك، ثم اضغط على الزر.",
        thanks_title: "يرجى النظر في صندوق بريدك",
        thanks_text: "إذا كان العنوان صحيحًا فهناك رسالة في طريقها إليه. اضغط على الزر فيها لتكون في القائمة. إن لم يصل شيء \
                      خلال ساعة فانظر في مجلد الرسائل غير المرغوبة، ثم اشترك من جديد.",
        confirm_title: "هل تريد استلام {name}؟",
        confirm_text: "اضغط على الزر لتكون في القائمة. يمكنك المغادرة في أي وقت.",
        confirm_button: "نعم، أريد الاشتراك",
        joined_title: "أنت في القائمة",
        joined_text: "ستستلم {name}. في كل رسالة رابط للمغادرة.",
        late_title: "هذا الرابط قديم جدًا",
        late_text: "كان صالحًا لمدة 7 أيام. اشترك من جديد وسنرسل إليك رابطًا آخر.",
        void_title: "لم يعد هذا الرابط صالحًا",
        void_text: "منذ أن أرسلناه غادرتَ القائمة أو اشتركت من جديد. لاستلام {name} اشترك من جديد.",
        again: "اشترك من جديد",
        busy_title: "يرجى المحاولة بعد ساعة",
        busy_text: "عدد كبير من الناس يشتركون الآن، لذلك لم نحتفظ بعنوانك.",
    },
];

/// The words of a language that has them; English for others.
pub fn of(language: &str) -> &'static JoinWords {
    WORDS.iter().find(|words| words.language == language).unwrap_or(&WORDS[0])
}
