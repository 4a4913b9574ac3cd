-- Tables that belong to no service: every service reads them and may reference them.

CREATE TABLE public.organizations (
    id uuid PRIMARY KEY DEFAULT extensions.uuid_generate_v4(),
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9-]+$'),
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.products (
    id uuid PRIMARY KEY DEFAULT extensions.uuid_generate_v4(),
    org_id uuid NOT NULL REFERENCES public.organizations (id) ON DELETE CASCADE,
    sku text NOT NULL,
    name text NOT NULL,
    price numeric(12, 2) NOT NULL CHECK (price >= 0),
    is_active boolean NOT NULL DEFAULT true,
    embedding extensions.vector(3),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (org_id, sku)
);

CREATE TABLE public.orders (
    id uuid PRIMARY KEY DEFAULT extensions.uuid_generate_v4(),
    org_id uuid NOT NULL REFERENCES public.organizations (id) ON DELETE CASCADE,
    product_id uuid NOT NULL REFERENCES public.products (id),
    placed_by uuid REFERENCES auth.users (id) ON DELETE SET NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    unit_price numeric(12, 2) NOT NULL CHECK (unit_price >= 0),
    total numeric(14, 2) NOT NULL GENERATED ALWAYS AS (quantity * unit_price) STORED,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paid', 'cancelled')),
    placed_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id uuid REFERENCES public.organizations (id) ON DELETE CASCADE,
    table_name text NOT NULL,
    record_id text NOT NULL,
    action text NOT NULL CHECK (action IN ('INSERT', 'UPDATE', 'DELETE')),
    old_data jsonb,
    new_data jsonb,
    changed_by uuid,
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- The policies compare org_id in every query. products has UNIQUE (org_id, sku), the others need an index.
CREATE INDEX orders_org_id_placed_at_idx ON public.orders (org_id, placed_at DESC);
CREATE INDEX orders_product_id_idx ON public.orders (product_id);
CREATE INDEX audit_log_org_id_changed_at_idx ON public.audit_log (org_id, changed_at DESC);
