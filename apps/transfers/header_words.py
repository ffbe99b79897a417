"""Headers that exports in other languages, and of other programs, write above the same columns.

A dataset adds them to its own synonyms. Case, spaces and punctuation do not count.
"""

EMAIL = (
    "email", "e mail", "email 1", "email 1 value", "primary email", "email 1 address", "user email", "contact email",
    "user principal name", "e-mail-adresse", "mailadresse", "e-mail-anschrift", "courriel", "adresse e-mail", "adresse mail",
    "adresse électronique", "mél", "correo", "correo electrónico", "dirección de correo", "dirección de correo electrónico",
    "endereço de e-mail", "endereço de email", "correio eletrônico", "correio eletrónico", "indirizzo e-mail", "indirizzo email",
    "posta elettronica", "e-mailadres", "mailadres", "e-postadress", "e-post", "epost", "e-postadresse", "mailadresse",
    "sähköposti", "sähköpostiosoite", "adres e-mail", "adres email", "e-mailová adresa", "emailová adresa", "e-mail cím", "adresă de e-mail",
    "adresă email", "e-posta", "eposta", "e-posta adresi", "электронная почта", "эл. почта", "почта", "адрес электронной почты",
    "електронна пошта", "имейл", "ηλεκτρονικό ταχυδρομείο", "el. paštas", "e-pasts", "e-posti aadress", "netfang", "メール",
    "メールアドレス", "电子邮件", "邮箱", "電子郵件", "이메일", "البريد الإلكتروني", "דואר אלקטרוני", "אימייל",
)  # fmt: skip
FIRST_NAME = (
    "forename", "christian name", "vorname", "rufname", "prénom", "prenom", "nombre", "nombres", "nombre de pila", "primeiro nome",
    "nome próprio", "nome", "voornaam", "roepnaam", "förnamn", "fornavn", "etunimi", "imię", "jméno", "meno", "utónév", "keresztnév",
    "prenume", "ime", "ad", "adı", "имя", "ім'я", "име", "όνομα", "vardas", "vārds", "eesnimi", "fornafn", "名", "이름", "الاسم الأول", "שם פרטי",
)  # fmt: skip
LAST_NAME = (
    "family name", "nachname", "familienname", "zuname", "nom", "nom de famille", "apellido", "apellidos", "sobrenome", "apelido", "cognome",
    "achternaam", "familienaam", "efternamn", "efternavn", "etternavn", "sukunimi", "nazwisko", "příjmení", "priezvisko", "vezetéknév",
    "családnév", "nume", "nume de familie", "prezime", "priimek", "soyad", "soyadı", "фамилия", "прізвище", "επώνυμο", "επίθετο",
    "pavardė", "uzvārds", "perekonnanimi", "eftirnafn", "姓", "성", "اسم العائلة", "שם משפחה",
)  # fmt: skip
PHONE = (
    "phone 1", "phone 1 value", "primary phone", "home phone", "telefon", "telefonnummer", "tel. nr.", "handy", "mobil", "mobiltelefon",
    "téléphone", "numéro de téléphone", "portable", "teléfono", "número de teléfono", "móvil", "celular", "telefone", "telemóvel",
    "telefono", "cellulare", "telefoon", "telefoonnummer", "mobiel", "puhelin", "puhelinnumero", "telefon komórkowy", "numer telefonu",
    "telefonní číslo", "telefónne číslo", "telefonszám", "număr de telefon", "telefonski broj", "telefonska številka", "telefon numarası",
    "телефон", "номер телефона", "номер телефону", "τηλέφωνο", "telefonas", "tālrunis", "sími", "電話", "電話番号", "电话", "手机", "전화", "전화번호",
    "الهاتف", "טלפון",
)  # fmt: skip
ORGANIZATION = (
    "organization 1 name", "organization 1", "company 1", "employer", "firma", "firmenname", "unternehmen", "verein", "gremium",
    "kunde", "société", "entreprise", "organisme", "association", "client", "empresa", "organización", "sociedad", "compañía",
    "organização", "companhia", "azienda", "società", "ditta", "organizzazione", "bedrijf", "bedrijfsnaam", "organisatie", "företag",
    "organisation", "bolag", "virksomhed", "firmanavn", "selskap", "bedrift", "organisasjon", "yritys", "organisaatio", "organizacja", "firma nazwa",
    "nazwa firmy", "spółka", "společnost", "organizace", "spoločnosť", "organizácia", "cég", "cégnév", "szervezet", "companie", "organizație",
    "organizacija", "tvrtka", "podjetje", "şirket", "kurum", "kuruluş", "firma adı", "организация", "компания", "фирма", "організація",
    "компанія", "организация име", "οργανισμός", "εταιρεία", "įmonė", "organizacija pavadinimas", "uzņēmums", "ettevõte", "fyrirtæki", "会社", "会社名", "組織",
    "公司", "组织", "회사", "조직", "الشركة", "المنظمة", "ארגון", "חברה",
)  # fmt: skip
ROLE = (
    "rolle", "funktion", "rôle", "fonction", "rol", "función", "cargo", "puesto", "função", "papel", "ruolo", "funzione", "functie", "roll", "befattning",
    "stilling", "rooli", "rola", "funkcja", "stanowisko", "funkce", "pozice", "funkcia", "szerep", "szerepkör", "beosztás", "funcție",
    "uloga", "vloga", "görev", "роль", "должность", "посада", "ρόλος", "pareigos", "loma", "役割", "役職", "角色", "职位", "역할", "직책", "الدور", "תפקיד",
)  # fmt: skip
