"""What the roles of clubs, committees and companies mean here, in one table per language.

Case, punctuation and accents do not count. The person who leads has the power: the chair is an owner, a
deputy or a member of the board is an admin. Every other office is a member, as the treasurer and the
secretary; who only advises or looks on is a viewer. A word that means two things is left out: the
agent is asked. The Check page names each word and what it was taken for.
"""

from apps.organizations.models import Role

OWNER, ADMIN, MEMBER, VIEWER = Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER

Words = dict[str, tuple[str, ...]]

ENGLISH: Words = {
    OWNER: (
        "chair", "co chair", "cochair", "senior chair", "chairman", "chairwoman", "chairperson",
        "co chairman", "co chairwoman", "co chairperson", "chair ex officio", "president", "head",
    ),
    ADMIN: (
        "vice chair", "vicechair", "vice chairman", "vice chairwoman", "vice chairperson",
        "co vice chair", "deputy chair", "deputy", "vice president", "administrator", "manager",
        "board", "board member", "member of the board",
    ),
    MEMBER: (
        "ranking member", "ranking minority member", "minority member", "majority member",
        "ex officio", "ex officio member", "clerk", "secretary", "treasurer", "user", "staff",
        "participant", "honorary member",
    ),
    VIEWER: ("advisory", "advisor", "adviser", "advisory member", "observer", "guest", "read only", "alternate"),
}  # fmt: skip
GERMAN: Words = {
    OWNER: (
        "vorsitz", "vorsitzender", "vorsitzende", "vorsitzende(r)", "vorsitzende/r", "1. vorsitzender", "1. vorsitzende",
        "1. vorsitzende(r)", "erster vorsitzender", "erste vorsitzende", "vorstandsvorsitzender", "vorstandsvorsitzende",
        "präsident", "praesident", "präsidentin", "praesidentin", "obmann", "obfrau", "geschäftsführer", "geschaeftsfuehrer",
        "geschäftsführerin", "geschaeftsfuehrerin", "leiter", "leiterin", "inhaber", "inhaberin", "eigentümer", "eigentuemer",
        "eigentümerin", "besitzer", "besitzerin",
    ),
    ADMIN: (
        "2. vorsitzender", "2. vorsitzende", "2. vorsitzende(r)", "zweiter vorsitzender", "zweite vorsitzende",
        "stellvertretender vorsitzender", "stellvertretende vorsitzende", "stellv. vorsitzender", "stellv. vorsitzende",
        "stellvertreter", "stellvertreterin", "vizepräsident", "vizepraesident", "vizepräsidentin", "vorstand", "vorstandsmitglied",
        "mitglied des vorstands", "verwalter", "verwalterin", "administratorin",
    ),
    MEMBER: (
        "mitglied", "ordentliches mitglied", "aktives mitglied", "ehrenmitglied", "fördermitglied", "foerdermitglied", "kassenwart",
        "kassenwartin", "kassier", "kassierer", "kassiererin", "schatzmeister", "schatzmeisterin", "beisitzer", "beisitzerin", "schriftführer",
        "schriftfuehrer", "schriftführerin", "schriftfuehrerin", "sekretär", "sekretärin", "protokollführer", "jugendwart",
        "jugendwartin", "sportwart", "gerätewart", "zeugwart", "pressewart", "teilnehmer", "teilnehmerin", "mitarbeiter",
        "mitarbeiterin", "benutzer",
    ),
    VIEWER: ("gast", "beobachter", "beobachterin", "betrachter", "leser", "leserin", "beirat", "berater", "beraterin",
        "ersatzmitglied", "nur lesen"),
}  # fmt: skip
FRENCH: Words = {
    OWNER: (
        "président", "présidente", "président(e)", "coprésident", "co-président", "coprésidente", "co-présidente", "directeur",
        "directrice", "propriétaire", "gérant", "gérante",
    ),
    ADMIN: (
        "vice-président", "vice-présidente", "vice-président(e)", "vice président délégué", "adjoint", "adjointe", "administrateur",
        "administratrice", "membre du bureau", "membre du conseil", "membre du conseil d'administration", "gestionnaire",
    ),
    MEMBER: (
        "membre", "membre actif", "membre d'honneur", "membre bienfaiteur", "adhérent", "adhérente", "adhérent(e)", "sociétaire",
        "trésorier", "trésorière", "trésorier adjoint", "trésorière adjointe", "secrétaire", "secrétaire général", "secrétaire générale",
        "secrétaire adjoint", "secrétaire adjointe", "participant", "participante", "bénévole", "salarié", "salariée", "utilisateur",
    ),
    VIEWER: ("invité", "invitée", "observateur", "observatrice", "lecteur", "lectrice", "suppléant",
        "suppléante", "lecture seule"),
}  # fmt: skip
SPANISH: Words = {
    OWNER: (
        "presidente", "presidenta", "presidente/a", "copresidente", "copresidenta", "propietario", "propietaria", "dueño",
        "dueña",
    ),
    ADMIN: (
        "vicepresidente", "vicepresidenta", "vice presidente", "vicepresidente/a", "adjunto", "adjunta",
        "administrador", "administradora", "gestor", "gestora", "gerente", "miembro de la junta", "miembro de la junta directiva", "junta directiva",
    ),
    MEMBER: (
        "miembro", "socio", "socia", "socio/a", "socio de honor", "afiliado", "afiliada", "vocal", "tesorero", "tesorera", "secretario",
        "secretaria", "secretario/a", "participante", "voluntario", "voluntaria", "empleado", "empleada", "usuario", "usuaria",
    ),
    VIEWER: ("invitado", "invitada", "observador", "observadora", "lector", "lectora", "asesor", "asesora", "suplente", "solo lectura"),
}  # fmt: skip
ITALIAN: Words = {
    OWNER: ("presidentessa", "copresidente", "direttore", "direttrice", "titolare", "proprietario", "proprietaria"),
    ADMIN: (
        "vice presidente", "vicepresidente", "vicepresidentessa", "vicedirettore", "amministratore", "amministratrice",
        "membro del consiglio", "membro del direttivo", "gestore",
    ),
    MEMBER: (
        "membro", "socio", "socia", "socio onorario", "socio ordinario", "iscritto", "iscritta", "tesoriere", "tesoriera", "segretario",
        "segretaria", "partecipante", "volontario", "volontaria", "utente", "dipendente",
    ),
    VIEWER: ("ospite", "osservatore", "osservatrice", "lettore", "lettrice", "consulente", "supplente", "sola lettura"),
}  # fmt: skip
PORTUGUESE: Words = {
    OWNER: ("presidente", "proprietário", "proprietária", "dono", "dona"),
    ADMIN: (
        "vice-presidente", "adjunto", "adjunta", "administrador", "administradora", "gestor", "gestora",
        "membro do conselho", "membro da diretoria", "membro da direção",
    ),
    MEMBER: (
        "membro", "sócio", "sócia", "sócio honorário", "associado", "associada", "tesoureiro", "tesoureira", "secretário", "secretária",
        "vogal", "participante", "voluntário", "voluntária", "funcionário", "utilizador", "usuário",
    ),
    VIEWER: ("convidado", "convidada", "observador", "observadora", "leitor", "leitora", "assessor", "suplente", "somente leitura"),
}  # fmt: skip
ROMANIAN: Words = {
    OWNER: (
        "președinte", "președintă", "copreședinte", "proprietar", "proprietară", "conducător",
    ),
    ADMIN: (
        "vicepreședinte", "vicepreședintă", "vice președinte", "adjunct", "prim-vicepreședinte", "manager",
        "membru al consiliului", "membru în consiliul director", "membru al consiliului director", "membru CD",
    ),
    MEMBER: (
        "membru", "membră", "membru fondator", "membru activ", "membru de onoare", "membru onorific", "membru simpatizant", "asociat",
        "asociată", "trezorier", "trezorieră", "casier", "casieră", "secretar", "secretară", "secretar general", "participant",
        "participantă", "voluntar", "voluntară", "angajat", "angajată", "utilizator", "contabil", "contabilă",
    ),
    VIEWER: ("invitat", "invitată", "observator", "observatoare", "vizitator", "cititor", "supleant", "doar citire"),
}  # fmt: skip
DUTCH: Words = {
    OWNER: ("voorzitter", "covoorzitter", "directeur", "eigenaar"),
    ADMIN: ("vicevoorzitter", "vice-voorzitter", "plaatsvervangend voorzitter", "plaatsvervanger", "bestuur", "bestuurslid", "beheerder"),
    MEMBER: ("lid", "erelid", "penningmeester", "secretaris", "deelnemer", "vrijwilliger", "medewerker", "gebruiker"),
    VIEWER: ("gast", "waarnemer", "toeschouwer", "lezer", "adviseur", "alleen lezen"),
}  # fmt: skip
POLISH: Words = {
    OWNER: ("prezes", "prezeska", "przewodniczący", "przewodnicząca", "dyrektor", "właściciel", "właścicielka"),
    ADMIN: (
        "wiceprezes", "wiceprezeska", "wiceprzewodniczący", "wiceprzewodnicząca", "zastępca", "zastępca przewodniczącego",
        "członek zarządu", "członkini zarządu", "zarząd", "administratorka", "kierownik",
    ),
    MEMBER: ("członek", "członkini", "członek honorowy", "skarbnik", "skarbniczka", "sekretarz", "uczestnik", "uczestniczka",
        "wolontariusz", "wolontariuszka", "pracownik", "użytkownik"),
    VIEWER: ("gość", "obserwator", "obserwatorka", "czytelnik", "doradca", "tylko odczyt"),
}  # fmt: skip
CZECH_AND_SLOVAK: Words = {
    OWNER: ("předseda", "předsedkyně", "predseda", "predsedníčka", "ředitel", "ředitelka", "riaditeľ", "vlastník", "majitel", "majiteľ"),
    ADMIN: (
        "místopředseda", "místopředsedkyně", "podpredseda", "podpredsedníčka", "zástupce", "zástupca", "člen výboru", "členka výboru",
        "správce", "správca",
    ),
    MEMBER: ("člen", "členka", "čestný člen", "hospodář", "pokladník", "pokladnice", "tajemník", "tajemnice", "tajomník", "účastník",
        "dobrovolník", "dobrovoľník", "uživatel", "používateľ"),
    VIEWER: ("hosť", "pozorovatel", "pozorovateľ", "čtenář", "čitateľ", "poradce", "poradca", "náhradník"),
}  # fmt: skip
HUNGARIAN: Words = {
    OWNER: ("elnök", "társelnök", "igazgató", "tulajdonos"),
    ADMIN: ("alelnök", "elnökhelyettes", "igazgatóhelyettes", "elnökségi tag", "vezetőségi tag", "adminisztrátor", "kezelő"),
    MEMBER: ("tag", "rendes tag", "tiszteletbeli tag", "pénztáros", "kincstárnok", "titkár", "jegyző", "résztvevő", "önkéntes", "felhasználó"),
    VIEWER: ("vendég", "megfigyelő", "olvasó", "tanácsadó", "póttag"),
}  # fmt: skip
TURKISH: Words = {
    OWNER: ("başkan", "eş başkan", "yönetim kurulu başkanı", "dernek başkanı", "müdür", "sahip", "sahibi"),
    ADMIN: ("başkan yardımcısı", "başkan vekili", "yönetim kurulu üyesi", "müdür yardımcısı", "yönetici"),
    MEMBER: ("üye", "asil üye", "onursal üye", "sayman", "muhasip", "sekreter", "yazman", "genel sekreter", "katılımcı", "gönüllü", "kullanıcı"),
    VIEWER: ("misafir", "konuk", "gözlemci", "izleyici", "okuyucu", "danışman", "yedek üye"),
}  # fmt: skip
NORDIC: Words = {
    OWNER: ("ordförande", "ordforande", "formand", "forkvinde", "forperson", "leder", "styreleder", "puheenjohtaja", "ägare", "ejer",
        "eier", "omistaja"),
    ADMIN: (
        "vice ordförande", "viceordförande", "næstformand", "naestformand", "nestleder", "varapuheenjohtaja", "styrelseledamot",
        "bestyrelsesmedlem", "styremedlem", "hallituksen jäsen", "administratör", "ylläpitäjä",
    ),
    MEMBER: ("medlem", "hedersmedlem", "æresmedlem", "jäsen", "kunniajäsen", "kassör", "kasserer", "rahastonhoitaja", "sekreterare",
        "sekretær", "sihteeri", "deltagare", "deltager", "osallistuja"),
    VIEWER: ("gäst", "gæst", "gjest", "vieras", "observatör", "observatør", "tarkkailija", "läsare", "læser", "leser", "lukija",
        "suppleant", "vara", "varajäsen"),
}  # fmt: skip
SOUTH_SLAVIC: Words = {
    OWNER: ("predsjednik", "predsjednica", "predsednik", "predsednica", "direktor", "direktorica", "vlasnik", "lastnik"),
    ADMIN: ("potpredsjednik", "potpredsjednica", "dopredsjednik", "podpredsednik", "potpredsednik", "zamjenik", "član uprave",
        "član odbora", "upravitelj"),
    MEMBER: ("član", "članica", "počasni član", "blagajnik", "blagajnica", "tajnik", "tajnica", "sekretar", "sudionik", "udeleženec"),
    VIEWER: ("gost", "promatrač", "posmatrač", "opazovalec", "čitatelj", "bralec", "savjetnik", "svetovalec"),
}  # fmt: skip
EAST_SLAVIC: Words = {
    OWNER: ("председатель", "президент", "директор", "владелец", "голова", "власник"),
    ADMIN: ("заместитель председателя", "зам. председателя", "вице-президент", "заместитель", "член правления", "администратор",
        "заступник голови", "віце-президент", "заступник", "член правління", "адміністратор"),
    MEMBER: ("член", "участник", "участница", "почетный член", "казначей", "секретарь", "секретар", "скарбник", "учасник", "учасниця",
        "пользователь", "користувач"),
    VIEWER: ("гость", "наблюдатель", "читатель", "советник", "гість", "спостерігач", "читач", "радник"),
}  # fmt: skip
GREEK: Words = {
    OWNER: ("πρόεδρος", "συμπρόεδρος", "διευθυντής", "διευθύντρια", "ιδιοκτήτης"),
    ADMIN: ("αντιπρόεδρος", "αναπληρωτής πρόεδρος", "μέλος διοικητικού συμβουλίου", "μέλος δσ", "διαχειριστής"),
    MEMBER: ("μέλος", "επίτιμο μέλος", "ταμίας", "γραμματέας", "γενικός γραμματέας", "εθελοντής", "χρήστης"),
    VIEWER: ("επισκέπτης", "παρατηρητής", "αναγνώστης", "σύμβουλος", "αναπληρωματικό μέλος"),
}  # fmt: skip

LANGUAGES: dict[str, Words] = {
    "English": ENGLISH,
    "German": GERMAN,
    "French": FRENCH,
    "Spanish": SPANISH,
    "Italian": ITALIAN,
    "Portuguese": PORTUGUESE,
    "Romanian": ROMANIAN,
    "Dutch": DUTCH,
    "Polish": POLISH,
    "Czech and Slovak": CZECH_AND_SLOVAK,
    "Hungarian": HUNGARIAN,
    "Turkish": TURKISH,
    "Swedish, Danish, Norwegian and Finnish": NORDIC,
    "Croatian, Serbian and Slovenian": SOUTH_SLAVIC,
    "Russian and Ukrainian": EAST_SLAVIC,
    "Greek": GREEK,
}
ROLE_WORDS: Words = {
    role: tuple(dict.fromkeys(word for words in LANGUAGES.values() for word in words[role]))
    for role in (OWNER, ADMIN, MEMBER, VIEWER)
}
