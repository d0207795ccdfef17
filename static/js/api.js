// Starts Swagger UI on the API page. Calls that change something carry the CSRF token of the session.
(() => {
  const token = () => (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) || [])[1];
  window.SwaggerUIBundle({
    dom_id: "#api",
    url: document.getElementById("api").dataset.schema,
    deepLinking: true,
    validatorUrl: null,
    persistAuthorization: false,
    requestInterceptor(request) {
      if (!["GET", "HEAD"].includes(request.method) && token()) {
        request.headers["X-CSRFToken"] = token();
      }
      return request;
    },
  });
})();
