// The entry of the benchmark: a Worker that lets everything pass.
export default {
  fetch: (request, env) => env.ORIGIN.fetch(request, { redirect: "manual" }),
};
