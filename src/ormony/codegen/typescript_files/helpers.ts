type Schemas = Omit<Database, "__InternalSupabase">

type DefaultSchema = Schemas[Extract<keyof Database, __DEFAULT_SCHEMA__>]

type OfSchema = { schema: keyof Schemas }

type Relations<Schema> = Schema extends { Tables: infer Tables; Views: infer Views } ? Tables & Views : never

type Member<Owner, Name, Part extends string> = Name extends keyof Owner
  ? Owner[Name] extends { [part in Part]: infer Found }
    ? Found
    : never
  : never

/** A row of a table or view: `Tables<"orders">`, or `Tables<{ schema: "app" }, "orders">`. */
export type Tables<
  NameOrSchema extends keyof Relations<DefaultSchema> | OfSchema,
  Name extends NameOrSchema extends OfSchema ? keyof Relations<Schemas[NameOrSchema["schema"]]> : never = never,
> = NameOrSchema extends OfSchema
  ? Member<Relations<Schemas[NameOrSchema["schema"]]>, Name, "Row">
  : Member<Relations<DefaultSchema>, NameOrSchema, "Row">

/** What an INSERT into a table takes. */
export type TablesInsert<
  NameOrSchema extends keyof DefaultSchema["Tables"] | OfSchema,
  Name extends NameOrSchema extends OfSchema ? keyof Schemas[NameOrSchema["schema"]]["Tables"] : never = never,
> = NameOrSchema extends OfSchema
  ? Member<Schemas[NameOrSchema["schema"]]["Tables"], Name, "Insert">
  : Member<DefaultSchema["Tables"], NameOrSchema, "Insert">

/** What an UPDATE of a table takes. */
export type TablesUpdate<
  NameOrSchema extends keyof DefaultSchema["Tables"] | OfSchema,
  Name extends NameOrSchema extends OfSchema ? keyof Schemas[NameOrSchema["schema"]]["Tables"] : never = never,
> = NameOrSchema extends OfSchema
  ? Member<Schemas[NameOrSchema["schema"]]["Tables"], Name, "Update">
  : Member<DefaultSchema["Tables"], NameOrSchema, "Update">

/** The labels of an enum. */
export type Enums<
  NameOrSchema extends keyof DefaultSchema["Enums"] | OfSchema,
  Name extends NameOrSchema extends OfSchema ? keyof Schemas[NameOrSchema["schema"]]["Enums"] : never = never,
> = NameOrSchema extends OfSchema
  ? Schemas[NameOrSchema["schema"]]["Enums"][Name]
  : NameOrSchema extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][NameOrSchema]
    : never

/** A composite type. */
export type CompositeTypes<
  NameOrSchema extends keyof DefaultSchema["CompositeTypes"] | OfSchema,
  Name extends NameOrSchema extends OfSchema
    ? keyof Schemas[NameOrSchema["schema"]]["CompositeTypes"]
    : never = never,
> = NameOrSchema extends OfSchema
  ? Schemas[NameOrSchema["schema"]]["CompositeTypes"][Name]
  : NameOrSchema extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][NameOrSchema]
    : never
