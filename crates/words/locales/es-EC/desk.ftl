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
officer-added = { $name }: entregue esta dirección en persona. Sirve una vez, durante { $hours } h.
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
