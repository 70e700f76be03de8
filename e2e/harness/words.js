// What stands on buttons and links, as the pages say it.

export const WORDS = {
  es: {
    virtual: /Trámites virtuales/,
    employers: /Empleadores/,
    recover: /Recuperar clave/,
    validate: 'Validar',
    verify: 'Verificar',
    anotherCode: 'Enviar otro código',
    anotherLink: /Enviar otro enlace/,
    noAccess: /No tengo acceso a ese correo/,
    save: 'Guardar clave',
    signIn: 'Ingresar',
    suggest: /Sugerir/,
    domestic: /doméstic/i,
    demonstration: /demostración/i,
  },
  en: {
    virtual: /Trámites virtuales/,
    employers: /Empleadores/,
    recover: /Recover key/,
    validate: 'Validate',
    verify: 'Verify',
    anotherCode: 'Send another code',
    anotherLink: /Send another link/,
    noAccess: /I have no access to that e-mail/,
    save: 'Save key',
    signIn: 'Sign in',
    suggest: /Suggest a phrase/,
    domestic: /domestic/i,
    demonstration: /demonstration/i,
  },
};
