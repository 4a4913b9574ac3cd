-- ormony: service=python source=alembic/704add68fc1e native=78b591e368ea252a09a325b0f5081002985d2782c0a6ac348d5d9f1d220467e3 body=029124eb5cd1235ef7075d0271d32bcb89776a1f29d8acedfa85a356e07d5d2b
CREATE TABLE warehouses (
	id UUID DEFAULT gen_random_uuid() NOT NULL, 
	org_id UUID NOT NULL, 
	code VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	CONSTRAINT pk_warehouses PRIMARY KEY (id), 
	CONSTRAINT fk_warehouses_org_id_organizations FOREIGN KEY(org_id) REFERENCES organizations (id) ON DELETE CASCADE, 
	CONSTRAINT uq_warehouses_org_id_code UNIQUE (org_id, code)
);

CREATE TABLE stock_levels (
	warehouse_id UUID NOT NULL, 
	product_id UUID NOT NULL, 
	org_id UUID NOT NULL, 
	quantity INTEGER DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_stock_levels PRIMARY KEY (warehouse_id, product_id), 
	CONSTRAINT ck_stock_levels_quantity CHECK (quantity >= 0), 
	CONSTRAINT fk_stock_levels_org_id_organizations FOREIGN KEY(org_id) REFERENCES organizations (id) ON DELETE CASCADE, 
	CONSTRAINT fk_stock_levels_product_id_products FOREIGN KEY(product_id) REFERENCES products (id) ON DELETE CASCADE, 
	CONSTRAINT fk_stock_levels_warehouse_id_warehouses FOREIGN KEY(warehouse_id) REFERENCES warehouses (id) ON DELETE CASCADE
);

CREATE INDEX ix_stock_levels_org_id ON stock_levels (org_id);
