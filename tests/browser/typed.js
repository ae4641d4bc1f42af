// The forms of a page that have something to type: their names, and what is typed into them.
globalThis.typed = {
  fields: "input:not([type=hidden], [type=password], [type=file]), select, textarea",
  name: (form) => `${form.getAttribute("action")}#${form.id}`,
  all: () => [...document.querySelectorAll("form[method=post]")],

  names() {
    return typed.all().filter((form) => form.querySelector(typed.fields) && !form.querySelector("[type=file]")).map(typed.name);
  },

  of(name) {
    const form = typed.all().find((one) => typed.name(one) === name);
    return form ? [...form.querySelectorAll(typed.fields)] : [];
  },

  // Another value than the server's into each field.
  type(name) {
    typed.of(name).forEach((one, index) => {
      if (one.type === "radio" || one.required && one.type === "checkbox") one.checked = true;
      else if (one.type === "checkbox") one.checked = !one.checked;
      else if (one.tagName === "SELECT") one.selectedIndex = one.options.length - 1;
      else one.value = { date: "2027-01-05", "datetime-local": "2026-11-20T10:15" }[one.type] ?? `書きかけ${index}`;
      for (const kind of ["input", "change"]) one.dispatchEvent(new Event(kind, { bubbles: true }));
    });
  },

  // In the order of the document.
  written: (name) => typed.of(name).map((one) => `${one.name} ${one.checked} ${one.value}`).join("\n"),

  submit(name) {
    const form = typed.all().find((one) => typed.name(one) === name);
    for (const one of form.querySelectorAll("[type=password]")) one.value = "correct horse battery";
    form.querySelector("button:not([type=button]):not([formaction])").click();
  },
};
