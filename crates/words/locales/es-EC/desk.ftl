# La ventanilla: quiénes son los funcionarios y cómo lo demuestran.

role-desk = Ventanilla
role-supervisor = Supervisión
role-auditor = Auditoría
role-admin = Administración

## Línea de comandos

help-officer = Cuida a los funcionarios de la ventanilla
help-officer-add = Agrega un funcionario e imprime su dirección de alta, que sirve una vez
help-officer-add--name = Cómo se llama
help-officer-add--email = Su correo institucional, con el que se identifica
help-officer-add--role = Qué puede hacer
help-officer-list = Lista los funcionarios: rol, correo, nombre y estado
help-officer-disable = Quita el acceso a un funcionario
help-officer-disable--email = Su correo institucional
officer-added = { $name }: entregue esta dirección en persona. Sirve una vez, durante { $life }.
officer-disabled = { $name } ya no tiene acceso; sus sesiones terminaron.
officers-none = Todavía no hay funcionarios: clavero officer add --name N --email E --role admin
officer-state-disabled = sin acceso
officer-state-waiting = alta pendiente
officer-state-totp = aplicación de códigos
officer-state-passkey = llave de acceso
failed-officers = no se puede leer o escribir los funcionarios; vea el registro de errores
failed-officer-name = el nombre está vacío o es demasiado largo; escriba hasta 80 caracteres
failed-officer-email = «{ $email }» no es una dirección de correo; escriba algo como nombre@institucion.example
failed-officer-taken = ya hay un funcionario con el correo { $email }; si perdió su llave, dos administradores le dan otra dirección de alta en la ventanilla
failed-officer-unknown = no hay ningún funcionario con el correo { $email }; véalos con: clavero officer list
failed-officer-inactive = ese funcionario ya no tiene acceso
failed-officer-last-admin = sería el último administrador con acceso; agregue otro antes: clavero officer add --role admin
demo-officers = Ventanilla: abra { $url }/ventanilla y elija con un clic quién ser:

## El marco

desk-crumb = Ventanilla
desk-session = Su sesión
desk-until = Sesión hasta las { $at }
desk-ended-short = terminó
desk-ending = Su sesión está por terminar.
desk-go-on = Seguir trabajando
desk-sign-out = Salir
desk-home-title = Ventanilla
desk-no-passkey-yet = Usted ingresa con códigos. Una llave de acceso es más rápida y más segura; puede agregarla en:
message-desk-role-title = Su rol no incluye esta página
message-desk-role-text = Quedó registrado que la pidió. Si la necesita para su trabajo, hable con su administración.

## Ingreso

desk-sign-in-title = Ingreso de funcionarios
desk-enrolled = Su alta está completa. Ingrese ahora por primera vez.
desk-demonstration = Demostración
desk-demonstration-text = Elija quién ser; un clic basta. Fuera de la demostración esto no existe.
desk-passkey-text = Con la huella, el rostro o el PIN de su equipo, o con su llave de seguridad.
desk-passkey-button = Ingresar con llave de acceso
desk-passkey-named = Mi llave no aparece
desk-passkey-email-hint = Algunas llaves de seguridad se encuentran solo con su correo.
desk-passkey-find = Buscar mi llave
desk-email = Correo institucional
desk-code-way = Ingresar con un código
desk-code = Código de su aplicación
desk-code-hint = Los seis dígitos que muestra ahora. Cada código sirve una sola vez.
desk-code-button = Ingresar con código
desk-code-refused = El correo o el código no son correctos, o el código ya se usó. Espere el siguiente y escríbalo.
desk-passkey-refused = Esa llave no abre la ventanilla, o tardó demasiado. Inténtelo otra vez; si perdió la suya, hable con su administración.
desk-lost = ¿Perdió su llave o su teléfono? Su administración pide otra alta y una segunda persona la confirma.
passkey-cancelled = No hubo respuesta de la llave, o se canceló. Puede intentarlo otra vez.
passkey-failed = No se pudo usar la llave. Inténtelo otra vez o use un código.
passkey-busy = Demasiados intentos seguidos desde esta red. Espere unos minutos.
passkey-known = Esta llave ya está registrada. Use otra.
passkey-no-script = La llave de acceso necesita JavaScript. Sin él puede usar un código.
passkey-no-domain = Las llaves de acceso necesitan que el servicio tenga un nombre de dominio (server.public_url); aquí solo se puede usar un código.

## Alta

enrol-title = Alta en la ventanilla
enrol-name = Nombre
enrol-role = Rol
enrol-until = Esta dirección sirve una vez, hasta el { $at }.
enrol-passkey = Su llave de acceso
enrol-passkey-text = Su equipo, su teléfono o su llave de seguridad guarda la llave. No hay contraseña que recordar, y nadie más la conoce.
enrol-passkey-button = Crear mi llave de acceso
enrol-passkey-refused = No se pudo registrar esa llave, o tardó demasiado. Inténtelo otra vez.
enrol-totp = No puedo usar una llave: aplicación de códigos
enrol-totp-text = Una aplicación de su teléfono muestra cada 30 segundos un código distinto.
enrol-totp-scan = Agregue una cuenta en la aplicación y escanee:
enrol-totp-typed = ¿Sin cámara? Escriba esta clave:
enrol-totp-code = Escriba el código que muestra la aplicación:
enrol-totp-button = Terminar el alta
enrol-qr-label = Código QR con la clave para la aplicación de códigos
enrol-code-wrong = Ese no es el código que la aplicación muestra ahora. Revise que la hora del teléfono sea automática y escriba el siguiente.
message-enrol-unknown-title = Esta dirección de alta no funciona
message-enrol-unknown-text = Puede estar incompleta, o la reemplazó una más nueva. Pida otra a su administración.
message-enrol-expired-title = Esta dirección de alta terminó
message-enrol-expired-text = Por seguridad sirve por poco tiempo. Pida otra a su administración.
message-enrol-used-title = Esta dirección de alta ya se usó
message-enrol-used-text = Si usted la usó, ingrese en /ventanilla. Si no fue usted, avise de inmediato a su administración.

## Toque para decidir

touch-legend = Confirme que es usted
touch-passkey = Al pulsar el botón se le pide su llave de acceso.
touch-code-instead = O escriba un código de su aplicación
touch-no-script = Su llave de acceso necesita JavaScript.
touch-demonstration = En la demostración su código es { $code }.
touch-absent = Falta su llave o un código. Pulse el botón otra vez, o escriba el código que muestra su aplicación.
touch-refused = Esa llave o ese código no sirve para esta decisión, o ya se usó. Inténtelo otra vez.

## Funcionarios

desk-staff = Funcionarios
desk-staff-text = Altas, nuevas altas y retiro de accesos.
desk-staff-title = Funcionarios
desk-staff-member-title = Funcionario
staff-lead = Cada alta necesita a dos administradores: uno la pide y otro la confirma.
staff-waiting = { $count ->
    [one] Un alta espera confirmación
   *[other] { $count } altas esperan confirmación
}
staff-name = Nombre
staff-role = Rol
staff-role-state = Rol y acceso
staff-state = Acceso
staff-since = Desde
staff-state-disabled = Sin acceso
staff-state-waiting = Alta pendiente
staff-state-totp = Aplicación de códigos
staff-state-passkey = Llave de acceso
staff-add = Pedir el alta de alguien
staff-add-text = Otro administrador la confirma y entrega la dirección de alta en persona.
staff-add-button = Pedir el alta
role-desk-text = Atiende a quienes vienen y aprueba lo que pide un colega.
role-supervisor-text = Además, decide lo que se detuvo y ve la cola.
role-auditor-text = Lee todo, no cambia nada.
role-admin-text = Da altas y quita accesos; no ve los casos.
staff-error-name = Escriba el nombre, con 80 caracteres como máximo.
staff-error-email = Escriba un correo como nombre@institucion.example.
staff-error-role = Elija el rol.
staff-own = Este es su propio acceso. Solo otros administradores pueden cambiarlo.
staff-asked = Alta pedida
staff-asked-by = La pidió { $name }.
staff-asked-at = Fecha: { $at }.
staff-asked-own = Otro administrador tiene que confirmarla.
staff-confirm-text = Si confirma, lo que este funcionario usaba para ingresar deja de servir, y usted recibe la dirección de alta para entregarla en persona.
staff-confirm-button = Confirmar el alta
staff-withdraw-button = Retirar el pedido
staff-again = Nueva alta
staff-again-text = Para quien perdió su llave o su teléfono. Nada cambia hasta que otro administrador confirme.
staff-again-button = Pedir nueva alta
staff-disable = Quitar el acceso
staff-disable-text = Sus sesiones terminan y sus llaves dejan de servir. Lo que hizo queda en el registro.
staff-disable-button = Quitar el acceso
staff-address-title = Dirección de alta
staff-address-for = Entréguela en persona a { $name }.
staff-address-life = Sirve una vez, durante { $life }.
staff-address-once = Se muestra solo ahora: no se guarda en ninguna parte. Si se pierde, pida otra alta.
staff-refused-email-taken = Ya hay un funcionario con ese correo.
staff-refused-inactive = Ese funcionario ya no tiene acceso.
staff-refused-last-admin = Es el último administrador con acceso. Dé de alta a otro antes.
staff-refused-own-account = Nadie cambia su propio acceso; lo hacen otros administradores.
staff-refused-same-admin = Quien pide un alta no puede confirmarla. La confirma otro administrador.
staff-refused-already-asked = Esa alta ya está pedida y espera confirmación.
staff-refused-not-waiting = Ese pedido ya no espera: se confirmó o se retiró.

## El acceso propio

desk-own = Mi acceso
desk-own-text = Sus llaves de acceso y su aplicación de códigos.
desk-own-title = Mi acceso
own-lead = Con una segunda llave en otro equipo no se queda fuera si pierde la primera.
own-since = Registrada el { $at }.
own-used = Usada por última vez el { $at }.
own-give-up = Dejar de usarla
own-add = Agregar otra
own-add-text = Confirme con lo que ya tiene; después registra la nueva, en este equipo o en otro, dentro de diez minutos.
own-add-button = Agregar otra llave
own-added = Listo: lo que registró ya sirve para ingresar.
own-sessions = Otras sesiones abiertas
own-sessions-none = No hay otra sesión abierta a su nombre.
own-session = Desde el { $since }, usada por última vez el { $seen }.
own-sessions-close = Cerrarlas
own-refused-last = Es lo único con lo que puede ingresar. Agregue otra llave antes.
