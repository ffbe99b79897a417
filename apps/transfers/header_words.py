"""Headers of the same columns in other languages and programs.

A dataset adds them to its own synonyms. Case, spaces, punctuation, and accents are ignored.
"""

EMAIL = (
    "email", "e mail", "email 1", "email 1 value", "primary email", "email 1 address", "user email", "contact email",
    "user principal name", "e-mail-adresse", "mailadresse", "e-mail-anschrift", "courriel", "adresse e-mail", "adresse mail",
    "adresse électronique", "mél", "correo", "correo electrónico", "dirección de correo", "dirección de correo electrónico",
    "endereço de e-mail", "endereço de email", "correio eletrônico", "correio eletrónico", "indirizzo e-mail",
    "indirizzo email",
    "posta elettronica", "e-mailadres", "mailadres", "e-postadress", "e-post", "epost", "e-postadresse", "mailadresse",
    "sähköposti", "sähköpostiosoite", "adres e-mail", "adres email", "e-mailová adresa", "emailová adresa",
    "e-mail cím", "adresă de e-mail",
    "adresă email", "adresa de e-mail", "adresa de email", "poștă electronică", "e-posta", "eposta", "e-posta adresi",
    "электронная почта", "эл. почта", "почта", "адрес электронной почты",
    "електронна пошта", "имейл", "ηλεκτρονικό ταχυδρομείο", "el. paštas", "e-pasts", "e-posti aadress", "netfang", "メール",
    "メールアドレス", "电子邮件", "邮箱", "電子郵件", "이메일", "البريد الإلكتروني", "דואר אלקטרוני", "אימייל",
)  # fmt: skip
FIRST_NAME = (
    "forename", "christian name", "vorname", "rufname", "prénom", "prenom", "nombre", "nombres", "nombre de pila",
    "primeiro nome",
    "nome próprio", "nome", "voornaam", "roepnaam", "förnamn", "fornavn", "etunimi", "imię", "jméno", "meno",
    "utónév", "keresztnév",
    "prenume", "prenumele", "ime", "ad", "adı", "имя", "ім'я", "име", "όνομα", "vardas", "vārds", "eesnimi",
    "fornafn", "名", "이름", "الاسم الأول", "שם פרטי",
)  # fmt: skip
LAST_NAME = (
    "family name", "nachname", "familienname", "zuname", "nom", "nom de famille", "apellido", "apellidos",
    "sobrenome", "apelido", "cognome",
    "achternaam", "familienaam", "efternamn", "efternavn", "etternavn", "sukunimi", "nazwisko", "příjmení",
    "priezvisko", "vezetéknév",
    "családnév", "nume", "numele", "nume de familie", "prezime", "priimek", "soyad", "soyadı", "фамилия", "прізвище",
    "επώνυμο", "επίθετο",
    "pavardė", "uzvārds", "perekonnanimi", "eftirnafn", "姓", "성", "اسم العائلة", "שם משפחה",
)  # fmt: skip
PHONE = (
    "phone 1", "phone 1 value", "primary phone", "home phone", "telefon", "telefonnummer", "tel. nr.", "handy",
    "mobil", "mobiltelefon",
    "téléphone", "numéro de téléphone", "portable", "teléfono", "número de teléfono", "móvil", "celular", "telefone",
    "telemóvel",
    "telefono", "cellulare", "telefoon", "telefoonnummer", "mobiel", "puhelin", "puhelinnumero", "telefon komórkowy",
    "numer telefonu",
    "telefonní číslo", "telefónne číslo", "telefonszám", "număr de telefon", "telefonul", "telefon mobil",
    "telefonski broj", "telefonska številka", "telefon numarası",
    "телефон", "номер телефона", "номер телефону", "τηλέφωνο", "telefonas", "tālrunis", "sími", "電話", "電話番号", "电话",
    "手机", "전화", "전화번호",
    "الهاتف", "טלפון",
)  # fmt: skip
ORGANIZATION = (
    "organization 1 name", "organization 1", "company 1", "employer", "firma", "firmenname", "unternehmen", "verein", "gremium",
    "kunde", "société", "entreprise", "organisme", "association", "client", "empresa", "organización", "sociedad", "compañía",
    "organização", "companhia", "azienda", "società", "ditta", "organizzazione", "bedrijf", "bedrijfsnaam",
    "organisatie", "företag",
    "organisation", "bolag", "virksomhed", "firmanavn", "selskap", "bedrift", "organisasjon", "yritys",
    "organisaatio", "organizacja", "firma nazwa",
    "nazwa firmy", "spółka", "společnost", "organizace", "spoločnosť", "organizácia", "cég", "cégnév", "szervezet",
    "companie", "compania", "organizație", "organizația", "asociație", "asociația", "denumire organizație", "firmă",
    "client",
    "organizacija", "tvrtka", "podjetje", "şirket", "kurum", "kuruluş", "firma adı", "организация", "компания",
    "фирма", "організація",
    "компанія", "организация име", "οργανισμός", "εταιρεία", "įmonė", "organizacija pavadinimas", "uzņēmums",
    "ettevõte", "fyrirtæki", "会社", "会社名", "組織",
    "公司", "组织", "회사", "조직", "الشركة", "المنظمة", "ארגון", "חברה",
)  # fmt: skip
ROLE = (
    "rolle", "funktion", "amt", "aufgabe im verein", "rôle", "fonction", "rol", "función", "cargo", "puesto",
    "função", "papel", "ruolo", "funzione", "functie", "roll", "befattning",
    "stilling", "rooli", "rola", "funkcja", "stanowisko", "funkce", "pozice", "funkcia", "szerep", "szerepkör",
    "beosztás", "funcție", "funcția", "funcția în organizație", "rol în organizație", "calitate", "calitatea",
    "rolul",
    "uloga", "vloga", "görev", "роль", "должность", "посада", "ρόλος", "pareigos", "loma", "役割", "役職", "角色", "职位",
    "역할", "직책", "الدور", "תפקיד",
)  # fmt: skip
NAME = (
    "bezeichnung", "nom", "intitulé", "dénomination", "raison sociale", "libellé", "nombre", "razón social",
    "denominación", "nome",
    "denominazione", "ragione sociale", "denominação", "razão social", "designação", "denumire", "denumirea", "nume",
    "numele", "naam",
    "benaming", "nazwa", "název", "názov", "név", "megnevezés", "naziv", "ad", "adı", "isim", "unvan", "ünvan",
    "namn", "navn", "nimi",
    "название", "наименование", "назва", "найменування", "име", "όνομα", "ονομασία", "επωνυμία", "pavadinimas",
    "nosaukums", "nafn",
    "名称", "名前", "名稱", "이름", "الاسم", "שם",
)  # fmt: skip
EXTERNAL_ID = (
    "code", "number", "nummer", "nr", "nr.", "kennung", "kürzel", "kundennummer", "kunden-nr", "vereinsnummer", "vereins-nr",
    "mandantennummer", "aktenzeichen", "numéro", "n°", "identifiant", "référence", "code client", "numéro client",
    "código", "número",
    "identificador", "referencia", "código de cliente", "codice", "numero", "identificativo", "riferimento", "codice cliente",
    "referência", "código do cliente", "cod", "codul", "număr", "identificator", "cod client", "cod organizație",
    "referință", "klantnummer",
    "kenmerk", "kod", "numer", "identyfikator", "numer klienta", "kód", "číslo", "identifikátor", "azonosító", "szám",
    "ügyfélszám",
    "šifra", "broj", "numara", "müşteri no", "kundnummer", "kundenummer", "tunnus", "numero", "asiakasnumero", "код", "номер",
    "идентификатор", "ідентифікатор", "κωδικός", "αριθμός", "kodas", "kods", "番号", "编号", "編號", "번호", "الرقم", "מספר",
)  # fmt: skip
ORGANIZATION_ID = (
    "organization code", "organization number", "company code", "company number", "customer code", "customer number",
    "vereinsnummer",
    "vereins-nr", "firmennummer", "kundennummer", "code organisation", "code association", "code client",
    "código de organización",
    "código organización", "código de cliente", "codice organizzazione", "codice cliente", "código da organização",
    "cod organizație",
    "codul organizației", "cod client", "organisatiecode", "klantnummer", "kod organizacji", "kód organizace",
    "kód organizácie",
    "szervezet kódja", "kurum kodu", "kuruluş kodu", "организация код", "код организации", "код організації",
)  # fmt: skip
STATUS = (
    "zustand", "stand", "statut", "état", "estado", "situación", "stato", "situação", "stare", "starea", "situație",
    "toestand", "stan",
    "stav", "állapot", "státusz", "stanje", "durum", "tillstånd", "tilstand", "tila", "статус", "состояние", "стан",
    "състояние",
    "κατάσταση", "būsena", "statuss", "olek", "staða", "状態", "状态", "狀態", "상태", "الحالة", "סטטוס",
)  # fmt: skip
DESCRIPTION = (
    "beschreibung", "bemerkung", "notizen", "description", "descriptif", "remarques", "descripción", "notas", "observaciones",
    "descrizione", "note", "descrição", "observações", "descriere", "descrierea", "observații", "omschrijving", "beschrijving",
    "opmerkingen", "opis", "uwagi", "popis", "poznámka", "leírás", "megjegyzés", "açıklama", "beskrivning",
    "beskrivelse", "kuvaus",
    "описание", "опис", "περιγραφή", "aprašymas", "apraksts", "kirjeldus", "lýsing", "説明", "描述", "설명", "الوصف", "תיאור",
)  # fmt: skip
PROJECT = (
    "projekt", "projektname", "vorhaben", "projet", "nom du projet", "proyecto", "nombre del proyecto", "progetto",
    "nome progetto",
    "projeto", "projecto", "nome do projeto", "proiect", "proiectul", "nume proiect", "denumire proiect",
    "projectnaam", "nazwa projektu",
    "název projektu", "názov projektu", "projekt neve", "naziv projekta", "proje", "proje adı", "prosjekt",
    "projekti", "проект",
    "название проекта", "проєкт", "έργο", "projektas", "projekts", "verkefni", "プロジェクト", "项目", "專案", "프로젝트",
    "المشروع", "פרויקט",
)  # fmt: skip
TASK = (
    "aufgabe", "titel", "betreff", "tâche", "titre", "intitulé", "objet", "tarea", "título", "asunto", "compito",
    "attività", "titolo",
    "oggetto", "tarefa", "assunto", "sarcină", "sarcina", "titlu", "titlul", "activitate", "taak", "onderwerp",
    "zadanie", "tytuł", "úkol",
    "úloha", "feladat", "cím", "zadatak", "naslov", "naloga", "görev", "başlık", "uppgift", "rubrik", "opgave",
    "oppgave", "tittel",
    "tehtävä", "otsikko", "задача", "заголовок", "завдання", "εργασία", "τίτλος", "užduotis", "uzdevums", "ülesanne",
    "verk", "タスク",
    "件名", "任务", "任務", "작업", "المهمة", "משימה",
)  # fmt: skip
DUE_DATE = (
    "fällig", "fällig am", "faellig am", "fälligkeit", "frist", "termin", "échéance", "date d'échéance",
    "date limite", "à faire pour",
    "vencimiento", "fecha de vencimiento", "fecha límite", "plazo", "scadenza", "data di scadenza", "vencimento",
    "data de vencimento",
    "prazo", "scadență", "scadent", "termen", "termen limită", "data limită", "vervaldatum", "einddatum",
    "deadline datum", "termin wykonania",
    "termín", "datum splnění", "határidő", "rok", "son tarih", "bitiş tarihi", "teslim tarihi", "förfallodatum", "slutdatum",
    "forfaldsdato", "forfallsdato", "määräaika", "eräpäivä", "срок", "срок исполнения", "термін", "προθεσμία",
    "terminas", "termiņš",
    "tähtaeg", "期限", "截止日期", "마감일", "تاريخ الاستحقاق", "תאריך יעד",
)  # fmt: skip
ASSIGNEE = (
    "verantwortlich", "verantwortliche", "zuständig", "bearbeiter", "zugewiesen an", "responsable", "assigné à",
    "attribué à", "chargé",
    "asignado a", "encargado", "responsabile", "assegnato a", "incaricato", "responsável", "atribuído a",
    "responsabil", "atribuit",
    "atribuit lui", "verantwoordelijke", "toegewezen aan", "odpowiedzialny", "przypisany do", "odpovědný",
    "přiřazeno", "zodpovedný",
    "felelős", "odgovoran", "odgovorna osoba", "sorumlu", "atanan", "ansvarig", "ansvarlig", "vastuuhenkilö", "ответственный",
    "исполнитель", "відповідальний", "виконавець", "υπεύθυνος", "atsakingas", "atbildīgais", "担当者", "负责人", "담당자", "المسؤول",
    "אחראי",
)  # fmt: skip
