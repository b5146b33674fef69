"use strict";
// Everything comes from this site: the document, the scripts, and the session that signs the requests.
const place = document.getElementById("api");
SwaggerUIBundle({
  domNode: place,
  url: place.dataset.schema,
  deepLinking: true,
  docExpansion: "none", // some seventy operations: open the group you look for
  validatorUrl: null,
  requestInterceptor: (request) => {
    if (request.method && request.method !== "GET") {
      request.headers["X-CSRFToken"] = place.dataset.csrf;
    }
    return request;
  },
});
