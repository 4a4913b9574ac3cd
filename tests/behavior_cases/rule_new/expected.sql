-- functions
CREATE RULE no_delete AS
    ON DELETE TO public.orders DO INSTEAD NOTHING;
