# Lo que los comandos dicen al operador, en una terminal. Parámetros y valores van entre acentos graves.

## Configuración: qué está mal en un parámetro y cómo corregirlo

config-unknown-key = parámetro desconocido `{ $key }`; clavero.example.toml los tiene todos
config-unknown-key-near = parámetro desconocido `{ $key }`; ¿quiso escribir `{ $suggestion }`?
config-file-unreadable = no se puede leer el archivo de configuración { $key }: { $why }
config-not-toml = esto no es TOML: { $why }
config-scalar = `{ $key }` lleva un solo valor, no una lista
config-list = `{ $key }` lleva una lista de valores, por ejemplo ["10.0.0.0/24"]
config-entries = `{ $key }` lleva una lista de tablas, por ejemplo [[{ $key }]] o [{"{"} name = "…" {"}"}]
config-entry-field-missing = a una entrada de `{ $key }` le falta `{ $field }`
config-empty = `{ $key }` está vacío; escriba un valor o quite la línea para usar el de fábrica
config-one-line = `{ $key }` tiene un salto de línea o un carácter de control; escríbalo en una línea
config-duration = `{ $key }` es `{ $value }`, que no es una duración; escriba un número entero y s, m, h o d, por ejemplo "3m"
config-number = `{ $key }` es `{ $value }`; escriba un número entero, ni negativo ni demasiado grande
config-word = `{ $key }` es `{ $value }`; escriba una de estas palabras: { $allowed }
config-socket = `{ $key }` es `{ $value }`; escriba una dirección y un puerto, por ejemplo "127.0.0.1:8080" o "[::]:8080"
config-web-url = `{ $key }` es `{ $value }`; escriba una dirección que empiece con https:// (o http:// en este equipo)
config-smtp-url = `{ $key }` es `{ $value }`; escriba "smtps://correo.example" o "smtp://correo.example:587?tls=required"
config-smtp-url-option = `{ $key }` tiene `{ $option }`; la única opción es tls=required
config-email = `{ $key }` es `{ $value }`; escriba una dirección de correo sola, por ejemplo "no-responder@clave.example"
config-secret-unreadable = no se puede leer el archivo de `{ $key }` ({ $value }): { $why }
config-secret-empty = el archivo de `{ $key }` ({ $value }) está vacío
config-database = `{ $key }` es `{ $value }`; escriba "sqlite:" y la ruta de un archivo, o "postgres://" y la dirección de un servidor
config-network = `{ $key }` tiene `{ $value }`; escriba redes como "10.0.0.0/24" o direcciones sueltas
config-logo-form = `{ $key }` es `{ $value }`; use un archivo .svg, .png o .webp
config-logo-missing = el archivo de `{ $key }` ({ $value }) no está
config-logo-large = el archivo de `{ $key }` ({ $value }) pasa de 256 KiB; use uno más pequeño
config-colour = `{ $key }` es `{ $value }`; escriba un color como "#0b4f8a"

config-public-url-missing = `server.listen` está abierto a la red, así que `{ $key }` es obligatorio: con ella se forman los enlaces de los correos; escriba la dirección que ve la gente, por ejemplo "https://clave.institucion.example"
config-public-url-plain = `{ $key }` es `{ $value }`: los códigos y las claves cruzarían la red sin cifrar; ponga un proxy TLS delante del servicio y escriba `{ $suggestion }`
config-public-url-path = `{ $key }` es `{ $value }`; el servicio ocupa la raíz de su dominio: escriba `{ $suggestion }`
config-public-url-not-tls = `{ $key }` es `{ $value }`, pero el servicio atiende con TLS: escriba `{ $suggestion }`
config-tls-half = `{ $other }` está puesto y `{ $key }` no: ponga los dos, o ninguno
config-tls-no-certificate = el archivo de `{ $key }` ({ $value }) no contiene ningún certificado: debe ser PEM, primero el del servidor y luego los que llevan a su raíz
config-tls-no-key = el archivo de `{ $key }` ({ $value }) no contiene ninguna clave privada: debe ser PEM, en PKCS #8, PKCS #1 o SEC 1
config-tls-encrypted-key = la clave del archivo de `{ $key }` ({ $value }) está cifrada, y no hay nadie que escriba su contraseña: descífrela en un archivo que solo el servicio pueda leer
config-tls-mismatch = la clave del archivo de `{ $key }` ({ $value }) no corresponde al certificado de `{ $other }`: ponga los dos que se emitieron juntos
config-tls-not-valid = el certificado del archivo de `{ $key }` ({ $value }) vale desde { $from } hasta { $until }, y no ahora: renuévelo, o ponga en hora la máquina
config-tls-unusable = el archivo de `{ $key }` ({ $value }) no sirve: { $why }
config-smtp-identity-unused = `{ $other }` está puesto, pero con `{ $key }` ({ $value }) no se habla TLS: escriba smtps://, o añada ?tls=required
config-same-listener = `{ $key }` es `{ $value }`, que `server.listen` ({ $other }) ya ocupa; /metrics no debe ser público: dele otro puerto
config-trusts-everyone = `{ $key }` confía en todo el mundo, así que cualquier cliente podría fingir cualquier dirección; nombre solo las redes de sus proxies
config-from-missing = falta `{ $key }`: el remitente de todos los correos; escriba una dirección sola, por ejemplo "no-responder@institucion.example"
config-smtp-url-missing = falta `{ $key }`: los códigos y enlaces salen por correo; escriba "smtps://correo.example" (o use `clavero demo` para probar sin servidor de correo)
config-smtp-plain = `{ $key }` es `{ $value }`: los códigos cruzarían la red sin cifrar; escriba smtps:// o agregue ?tls=required
config-two-passwords = `{ $key }` está puesto y `mail.smtp_url` también tiene una contraseña; deje una sola
config-password-without-user = `mail.password_file` está puesto, pero `{ $key }` no nombra un usuario; escriba smtps://usuario@correo.example
config-user-without-password = `mail.smtp_url` nombra un usuario sin contraseña; ponga `{ $key }`
config-zero = `{ $key }` es `{ $value }`; debe durar más que nada
config-zero-count = `{ $key }` es `{ $value }`; debe ser 1 o más
config-too-long = `{ $key }` es `{ $value }`; lo seguro es { $most } como máximo
config-flow-too-short = `{ $key }` es `{ $value }`, así que terminaría antes que el código y el enlace; escriba { $least } o más
config-resend-too-late = `{ $key }` es `{ $value }`, más de lo que dura una recuperación; escriba { $most } o menos
config-session-ends-before-idle = `{ $key }` es `{ $value }`, menos que `session.idle_ttl`; escriba { $least } o más
config-code-digits = `{ $key }` es `{ $value }`; los códigos HOTP tienen de 6 a 8 dígitos
config-day-below-window = `{ $key }` es `{ $value }`, menos de lo que `recovery.codes_per_window` permite seguido; escriba { $least } o más
config-total-below-one = `{ $key }` es `{ $value }`, menos de lo que puede tener un solo empleador; escriba { $least } o más
config-guessable = `{ $key }` por `recovery.codes_per_day` da { $guesses } intentos al día contra un empleador; con esos dígitos lo seguro es { $most }: baje uno de los dos o suba `recovery.code_digits`
config-password-too-short = `{ $key }` es `{ $value }`; nunca menos de { $least } (NIST SP 800-63B-4, que pide 15 donde la clave es el único factor)
config-password-maximum = `{ $key }` es `{ $value }`; escriba un número de { $least } a { $most }
config-minimum-above-maximum = `{ $key }` es `{ $value }`, más que `{ $other }` ({ $most }); bájelo
config-sri-base-missing = `{ $other }` es "{ $written }", así que `{ $key }` es obligatorio: la dirección del servicio de consultas de la administración tributaria
config-sri-base-plain = `{ $key }` es `{ $value }`: cualquiera en el camino podría responder por la administración tributaria; escriba https://
config-sri-base-bare = `{ $key }` es `{ $value }`; escriba solo la base, sin usuario, contraseña, consulta ni fragmento
config-sri-unusable = `{ $key }` es `{ $value }` y no sirve: { $why }

## Registros: por qué no se toma una fila o un archivo

import-row = línea { $line }: { $reason }
import-row-column = línea { $line }, columna { $column }: { $reason }
import-empty = está vacía
import-not-digits = tiene algo que no son dígitos
import-too-short = tiene { $found } caracteres y debe tener { $expected } (¿se perdió un cero a la izquierda?)
import-too-long = tiene { $found } caracteres y puede tener { $expected }
import-province = los dos primeros dígitos no son de ninguna provincia
import-third-digit = el tercer dígito no corresponde a ningún tipo de número
import-check-digit = el último dígito de la cédula no corresponde a los demás
import-establishment = el establecimiento del RUC es 000, que solo tienen los empleadores domésticos
import-sucursal-zero = 0000 no es una sucursal
import-domestic-sucursal = un empleador doméstico (cédula y 000) tiene la sucursal 0001 y ninguna otra
import-foreigner-form = un código de extranjero solo tiene letras y dígitos
import-email-form = no es una dirección de correo a la que se pueda escribir
import-unknown-word = no es ninguna de las palabras conocidas
import-overlong = es demasiado largo para un solo valor
import-cedula-alone = es una cédula y no un RUC: faltan los tres últimos dígitos
import-email-not-ascii = tiene letras que no todos los servidores de correo aceptan; escriba el dominio como `xn--…`
import-kind = escriba una de estas palabras: { $allowed }
import-domestic-kind = «domestico» va con un RUC que es cédula y 000, y solo con él
import-not-plain = tiene un salto de línea, un carácter de control o una marca de dirección
import-yes-or-no = escriba «si» o «no»
import-hash-without-key = trae el hash de una clave, pero tiene_clave dice «no»
import-hash-form = no es una cadena PHC de argon2, bcrypt ($2b$) o pbkdf2 que se pueda verificar con un costo razonable
import-twice = repite el RUC y la sucursal de la línea { $first }
import-date = no es una fecha como 2001-05-28 00:00:00
import-state = no es un estado: es demasiado largo o tiene caracteres de control
import-states = trae una palabra más para el estado de las que tiene cualquier registro
import-differs = dice del RUC algo distinto que otra fila más reciente, y vale la otra
import-new-employer = es un empleador nuevo
import-another-value = trae un valor distinto del que tiene el registro
import-record-too-long = la fila pasa de 64 KiB
import-unclosed-quote = abre una comilla que no se cierra
import-too-many-fields = tiene { $found } campos y el encabezado tiene { $expected }
import-too-few-fields = tiene { $found } campos y el encabezado tiene { $expected }
import-truncated = la última línea está cortada: tiene { $found } campos de { $expected }
import-encoding = tiene bytes que no son UTF-8, aunque el archivo lo es
import-no-header = el archivo no tiene encabezado; se esperaba: { $expected }
import-columns-missing = al encabezado le falta: { $missing }. Se esperaba: { $expected }
import-column-unknown = el encabezado tiene una columna desconocida, «{ $column }». Se esperaba: { $expected }
import-column-twice = el encabezado tiene dos veces «{ $column }»
import-utf-16 = el archivo está en UTF-16; guárdelo como UTF-8

## Comandos: ayuda

help-usage = Uso:
help-arguments = Argumentos
help-options = Opciones
help-commands = Comandos
help--help = Muestra esta ayuda
help--version = Muestra la versión
help--config = El archivo de configuración (de fábrica: el que nombre CLAVERO_CONFIG, o clavero.toml si está)
help--strict = Carga todo o nada: con una fila mala no cambia nada
help--report = Escribe las filas malas en este archivo: archivo, línea, columna, código, motivo
help--count = Cuántos empleadores
help--seed = La misma semilla da los mismos datos
help = Clavero devuelve a los empleadores su clave del portal
help-demo = Inicia una demostración: nada que instalar, empleadores inventados y una página de buzón en lugar de un servidor de correo
help-demo--listen = Escucha aquí, solo en este equipo (de fábrica: 127.0.0.1:8080, u otro puerto si está ocupado)
help-serve = Inicia el servicio
help-import = Carga un registro
help-import-employers = Carga o actualiza el registro de empleadores
help-import-employers--file = El registro: ruc,sucursal,razon_social,tipo,representante_id,representante_nombre,correo,tiene_clave[,clave_hash]; - para la entrada estándar
help-import-employers--dry-run = Dice qué cambiaría, línea por línea, y no cambia nada
help-import-employers--gone = Escribe en este archivo el RUC y la sucursal de los empleadores que no están en el otro; quedan como están
help-import-catastro = Carga el catastro de RUC de la administración tributaria
help-import-catastro--files = Los archivos de la administración, SRI_RUC_<Provincia>.csv
help-import-catastro--accept-bad = Carga aunque más de una de cada cien filas de un archivo tenga error
help-import-catastro--accept-smaller = Carga aunque falte más de la décima parte de los RUC que hay ahora en el registro
help-migrate = Poner al día el esquema de la base de datos, y nada más
help-doctor = Revisa configuración, base de datos, esquema, reloj, servidor de correo y llavero
help-doctor--offline = No prueba el servidor de correo
help-openapi = Muestra el documento OpenAPI de /api/v1
help-breach-filter = Cuida el filtro de contraseñas filtradas
help-breach-filter-build = Hace un filtro con una lista pública de contraseñas filtradas
help-breach-filter-build--list = La lista: líneas que empiezan con un SHA-1 en hexadecimal
help-breach-filter-build--output = El archivo del filtro, para password.breach_filter_file
help-generate = Inventa datos, para probar y medir
help-generate-employers = Inventa un registro de empleadores, en la salida estándar
help-generate-catastro = Inventa el catastro de los mismos empleadores, en la salida estándar

## Comandos: lo que responden

import-progress = { $rows } filas
import-summary = { $new } nuevas, { $updated } actualizadas, { $unchanged } sin cambios, { $bad } con error
import-review = { $new } nuevas, { $updated } actualizadas ({ $email } con otro correo, { $representative } con otro representante), { $unchanged } sin cambios, { $gone } que no están en el archivo, { $bad } con error. No se cambió nada
import-gone = { $gone } empleadores del registro no están en el archivo; quedan como están, con sus claves, y { $path } los enumera
import-more-bad = … y más filas con error; --report ARCHIVO.csv las escribe todas
import-loading = { $done } de { $all } RUC cargados
import-differing = { $count } filas dicen de un RUC algo distinto que otra fila; vale la más reciente
import-catastro-summary = { $new } nuevos, { $changed } cambiados, { $unchanged } sin cambios, { $gone } que ya no están, { $bad } con error
import-catastro-same = el registro ya dice justo esto ({ $size } RUC, { $bad } filas con error); no se cambió nada
migrated = el esquema de { $path } está al día
breach-filter-built = { $path } tiene { $count } contraseñas; póngalo en password.breach_filter_file

## Comandos: por qué fallaron

failed-folder = no se puede crear la carpeta { $path }: { $why }
failed-file = { $path }: { $why }
failed-write = no se puede escribir { $path }: { $why }
failed-database = no se puede usar la base de datos { $path }: { $why }
failed-standby = { $path } es un servidor de reserva, en el que no se puede escribir; ponga el principal en database.url
failed-newer-schema = la base de datos { $path } tiene el esquema { $found } y esta versión conoce hasta el { $known }; use un clavero más nuevo
failed-clock-behind = el reloj está { $seconds } s por detrás del último momento que hay en { $path }; póngalo en hora e inicie otra vez
failed-keys = no se puede usar el llavero { $path }: { $why }
failed-keys-mode = el llavero { $path } tiene el modo { $mode }, así que otros pueden leerlo; ejecute chmod 600 { $path }
failed-keys-form = { $path } no es un llavero
failed-no-keys = la base de datos es de un llavero, y en { $path } no hay ninguno; ponga ahí aquel con el que se creó. No se creó uno nuevo
failed-older-keys = al llavero { $path } le falta la llave { $id }, con la que ya se trabajó: es una copia anterior a `clavero keys rotate`; ponga en su lugar la copia más nueva
failed-foreign-keys = la base de datos es de otro llavero que { $path }; ponga en secrets.key_file aquel con el que se creó
failed-breach-filter = no se puede usar el filtro de contraseñas filtradas { $path }: { $why }
failed-breach-line = { $path }: la línea { $line } no empieza con un SHA-1 en hexadecimal
failed-runtime = el programa no puede iniciar sus hilos: { $why }
failed-import = la base de datos falló después de { $done } filas, que quedan: { $why }. Importe el archivo otra vez cuando esté corregida
failed-strict = { $bad } filas con error, así que no se cargó nada (--strict)
failed-catastro = la base de datos falló: { $why }. El registro que había sigue en uso; importe otra vez cuando esté corregida
failed-catastro-cut = { $path } termina en medio de una fila, así que puede faltar más. No se cargó nada; descargue el archivo otra vez
failed-catastro-empty = { $path }: ninguna fila sirve, así que no se cargó nada
failed-catastro-bad = { $path }: { $bad } de { $rows } filas tienen error, así que no se cargó nada. Vea --report ARCHIVO.csv; con --accept-bad se cargan las demás de todos modos
failed-catastro-smaller = los archivos tienen { $size } RUC y el registro en uso tiene { $serving }, así que no se cargó nada. Los archivos de todas las provincias se dan juntos; con --accept-smaller se cargan estos de todos modos
failed-overtaken = entretanto empezó otra importación del catastro; esta no cambió nada
failed-temporary = archivos temporales en { $path }: { $why }. No se cargó nada; TMPDIR indica otra carpeta

config-applicant = una entrada de `{ $key }` tiene el solicitante `{ $written }`; escriba una de estas palabras: { $allowed }
config-smtp-unusable = no se puede usar `{ $key }`: { $why }
failed-bind = `{ $key }`: no se puede escuchar en { $address }: { $why }
failed-no-database = no hay base de datos en { $path }

## Demostración

demo-title = DEMOSTRACIÓN. Aquí nada es real: los empleadores son inventados y los correos van a una página.
demo-address = Abra      { $url }
demo-mailbox-at = Buzón     { $url }/buzon   (los correos que envía el servicio)
demo-folder = Datos     { $folder }   (bórrelos cuando termine)
demo-column-representative = Representante
demo-column-ruc = RUC
demo-column-sucursal = Sucursal
demo-column-case = Qué pasa
demo-case-company = una empresa: recupera la clave en línea
demo-case-branch = una empresa con tres sucursales: cada una tiene su clave
demo-case-public = una entidad pública: recupera en línea
demo-case-natural = una persona con RUC: recupera en línea
demo-case-foreigner = un extranjero con código de identificación: recupera en línea
demo-case-domestic = un hogar: cédula y 000, sucursal 0001
demo-case-first-time = nunca tuvo clave: en persona
demo-case-suspended = RUC suspendido en la administración tributaria: en persona
demo-case-closed = RUC cerrado en la administración tributaria: en persona
demo-case-no-email = sin correo registrado: en persona
demo-case-waiting = ya tiene un trámite que espera en la ventanilla
demo-first-step = Primer paso: abra { $url }/empleadores/recuperar-clave, escriba { $representative }, { $ruc } y { $sucursal }, pulse «Validar» y lea el código en el buzón.
demo-key = Hasta entonces, quienes tienen clave ingresan con: { $key }
demo-end = Ctrl+C la termina.
demo-port-taken = El puerto { $taken } está ocupado; la demostración usa el { $port }.
failed-demo-open = la demostración solo escucha en este equipo y { $address } está abierta a la red; escriba --listen 127.0.0.1:8080
failed-demo-data = no se pueden cargar los empleadores de la demostración: { $why }

## Doctor: una línea por revisión

doctor-fine = bien
doctor-hint = nota
doctor-failed = FALLA
doctor-name-config = configuración
doctor-name-proxies = proxies
doctor-name-password = contraseña
doctor-name-form = formulario
doctor-name-keys = llavero
doctor-name-database = base de datos
doctor-name-schema = esquema
doctor-name-clock = reloj
doctor-name-outbox = correos por salir
doctor-name-breach-filter = filtradas
doctor-name-desk = ventanilla
doctor-name-mail = servidor de correo
doctor-name-tax = tributaria
doctor-name-tls = TLS
doctor-tls-none = sin configurar: el servicio solo atiende en esta máquina, y TLS es del proxy
doctor-tls-open = sin configurar, y el servicio atiende en la red: lo que pasa por ella se puede leer y cambiar en el camino; configure server.tls_certificate_file y server.tls_key_file
doctor-tls-fine = el servicio atiende solo con TLS; el certificado { $path } termina el { $until }, en { $days } días
doctor-tls-name = el certificado { $path } no nombra a { $host }, el dominio de server.public_url: los navegadores lo rechazan, y también un proxy que no busque otro nombre
doctor-key-open = cualquiera en esta máquina puede leer { $path }: chmod 0600, o 0640 y un grupo propio del servicio
doctor-tls-clients = solo se atiende a clientes con un certificado de { $path }, en los dos puertos
doctor-database-here = el camino no sale de esta máquina, y va sin TLS
doctor-database-clear = el camino pasa por una red sin TLS: en él se pueden leer nombres e identificadores; quite sslmode=disable de database.url
doctor-database-tls = el camino va por { $version }; no se pidió certificado de cliente: el servidor reconoce al servicio como diga su pg_hba.conf, casi siempre por una contraseña
doctor-database-client = el camino va por { $version }; el servidor reconoce al servicio por su certificado, { $client }
doctor-mail-certificate = el servidor puede reconocer al servicio por el certificado { $path }, que termina el { $until }, en { $days } días
doctor-config-fine = segura y coherente
doctor-no-proxies = server.trusted_proxies está vacío: detrás de un proxy todos los clientes cuentan como una dirección; nombre la red del proxy
doctor-password-short = las claves pueden tener { $length } caracteres; NIST SP 800-63B-4 pide 15 donde la clave es el único factor
doctor-no-form-ttl = recovery.form_ttl es 0s: la clave nueva se debe elegir y enviar en { $link }
doctor-keys-fine = { $path }, modo 0600, llave activa { $id }
doctor-not-there-yet = { $path } todavía no está; el primer inicio lo crea
doctor-database-fine = se puede escribir en { $path }
doctor-database-there = { $path } responde
doctor-not-looked-at = sin revisar: la base de datos no se pudo usar
doctor-schema-fine = al día
doctor-schema-none = todavía no hay; el primer inicio lo crea
doctor-schema-older = es el { $found } y esta versión usa el { $known }; lo actualiza el próximo inicio, o «clavero migrate»
doctor-clock-fine = { $now }, no va por detrás de la base de datos
doctor-desk = dados de alta: { $desk } de ventanilla, { $supervisors } de supervisión, { $admins } de administración
doctor-desk-few = dados de alta: { $desk } de ventanilla, { $supervisors } de supervisión, { $admins } de administración. Hacen falta dos de supervisión y dos de administración: nadie decide solo
doctor-outbox = { $waiting } correos en espera, el más antiguo desde hace { $oldest }
doctor-breach-bundled = la lista incluida; una más grande: clavero breach-filter build
doctor-breach-fine = { $path }
doctor-mail-offline = sin probar (--offline)
doctor-mail-none = ningún servidor de correo; indique mail.smtp_url
doctor-mail-fine = { $host } recibe nuestros correos
doctor-mail-failed = { $host } no recibe nuestros correos ({ $why }); revise mail.smtp_url, mail.from, la red y el servidor
doctor-tax-register = se usa el registro importado (sri.source); no se consulta en línea
doctor-tax-offline = sin probar (--offline)
doctor-tax-fine = { $host } acepta una conexión de confianza; no se preguntó nada
doctor-tax-failed = no se puede consultar { $host }: { $why }. Revise sri.base_url, la red y los certificados; mientras tanto vale lo último que se sabe de cada RUC
doctor-tax-unreachable = no se logra la conexión
doctor-tax-tls = la conexión no es de confianza
doctor-tax-slow = tarda demasiado
doctor-tax-hidden = con recovery.mismatch = "hide" nadie espera la consulta: con sri.unknown = "assisted" la primera recuperación de cada RUC del que no se sabe nada se queda sin correo

## Copias de seguridad y restauración

help-backup = Copia toda la base de datos en un archivo nuevo, mientras el servicio funciona
help-backup--file = El archivo de la copia; si ya existe, no se toca
help-restore = Vuelve a una copia de seguridad: los códigos, enlaces y sesiones anteriores dejan de servir
help-restore--file = La copia que hizo «clavero backup»; va al lugar de database.url, donde no debe haber ninguna
help-restore--in_place = La base de datos ya está en su lugar (pg_restore, pg_basebackup): termina lo que era secreto en ella
help-restore--changed_since = Lo que queda del tiempo perdido: un archivo de «clavero audit export --open», o la URL de otra copia de la base perdida. Las claves cambiadas desde la copia dejan de servir y se listan, y los funcionarios dados de baja desde entonces quedan otra vez sin acceso
help-restore--checkpoint = Más puntos de control del registro perdido: de los demás nodos, de un auditor
help-restore--unverified = Vuelve aunque el registro de auditoría de la copia no esté íntegro

backup-progress = { $done } de { $all } páginas
backup-done = copia completa, revisada y guardada en { $path }
backup-contents = { $employers } empleadores, { $credentials } claves, { $cases } casos, { $officers } funcionarios, { $entries } asientos del registro de auditoría
backup-without = No está en ella el llavero { $keys }: sin él la copia no se puede leer. Guárdelo en otro lugar, nunca junto a la copia. Tampoco están la configuración ni el archivo de puntos de control.

restore-ended = Dejaron de servir: { $sessions } sesiones, { $recoveries } recuperaciones en curso, { $links } enlaces, { $slips } sobres, { $enrolments } altas de funcionarios; { $mails } correos con código o enlace no saldrán.
restore-lost = El registro de auditoría tiene { $entries } asientos; se habían firmado { $size }, así que se perdieron { $gone }. Queda escrito en él.
restore-nothing-known = El registro de auditoría tiene { $entries } asientos; ningún punto de control dice que hubiera más.
restore-aside = Los puntos de control del registro perdido quedan en { $path }; guárdelo para el auditor.
restore-not-known = Vuelven a estar como en la copia, y hay que revisarlos: llaves de acceso que los funcionarios dejaron después, correos y representantes cambiados después, casos y datos borrados por su plazo (clavero retention), y los límites gastados después.
restore-no-list = No se sabe qué claves se cambiaron ni qué funcionarios se dieron de baja después de la copia: las claves anteriores vuelven a servir, y esos funcionarios vuelven a tener acceso. Si queda un archivo de «clavero audit export --open» u otra copia de la base perdida, repita con --in-place --changed-since; si no, el servidor de correo sabe a quién se avisó («Su clave de empleador fue cambiada»).
restore-list = { $count ->
    [0] Ningún empleador cambió su clave después de la copia, por lo que se sabe.
    [one] Un empleador cambió su clave después de la copia; la anterior no sirve y debe recuperar otra (ruc,sucursal,momento,qué):
   *[other] { $count } empleadores cambiaron su clave después de la copia; las anteriores no sirven y deben recuperar otra (ruc,sucursal,momento,qué):
}

failed-backup-postgres = { $path } está en un servidor PostgreSQL: use pg_dump --format=custom, o pg_basebackup y el archivado de su WAL; docs/backup.md tiene las órdenes
failed-backup-exists = { $path } ya existe (o un archivo -wal, -shm o -journal a su lado) y no se toca
failed-backup-damaged = no es una base de datos íntegra de este servicio: { $why }
failed-restore-postgres = { $path } está en un servidor PostgreSQL: use pg_restore y después clavero restore --in-place; docs/backup.md tiene las órdenes
failed-restore-no-file = no hay ninguna copia en { $path }
failed-restore-aside = la base de datos está restaurada, pero el archivo de puntos de control { $path } no se puede apartar ({ $why }); muévalo usted e inicie el servicio
failed-restore-export = { $path } no es un archivo de «clavero audit export --open»: no dice de qué empleadores habla
failed-in-use = { $path } está en uso; detenga primero todos los servicios y órdenes de clavero
failed-unready-backup = { $path } es una copia de seguridad (de { $at }): lo que era secreto en ella volvería a servir; ejecute clavero restore --in-place
failed-unready-copy = a { $path } se está copiando otra base de datos; termine con la misma orden clavero copy
failed-audit-older = la base de datos es anterior: su registro de auditoría tiene { $size } asientos y { $path } dice que se firmaron { $signed }. Si se restauró una copia, ejecute clavero restore --in-place; si no, averigüe quién la cambió
