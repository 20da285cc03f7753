// The bundler turns a stylesheet into its text where the loader asks for it.
declare module "*.css" {
  const text: string;
  export default text;
}
