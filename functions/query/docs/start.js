// A script of its own: the page's policy allows none inside it.
globalThis.SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#page',
  presets: [globalThis.SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
  // Otherwise the document is sent to validator.swagger.io.
  validatorUrl: null,
  // What a link says must not change where a pasted token is sent to.
  queryConfigEnabled: false,
  persistAuthorization: false,
  // A page to read and to look: what changes something takes more than a click.
  supportedSubmitMethods: ['get'],
  defaultModelsExpandDepth: -1,
});
