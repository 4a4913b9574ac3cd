-- ormony: service=api source=models/00200 native=a0db265a4067a5c2a4d97eed1cf1dfb359e2dddb7df961dee53bdac7e2a03321 body=a0db265a4067a5c2a4d97eed1cf1dfb359e2dddb7df961dee53bdac7e2a03321
SET LOCAL check_function_bodies = false;
CREATE TYPE public.job_status AS ENUM ('queued', 'running', 'done', 'failed');
CREATE TABLE public.datasets (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    owner_id character varying NOT NULL,
    name character varying(200) NOT NULL,
    description character varying NOT NULL DEFAULT ''::character varying,
    is_public boolean NOT NULL DEFAULT false,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    CONSTRAINT pk_datasets PRIMARY KEY (id),
    CONSTRAINT uq_datasets_owner_id_name UNIQUE (owner_id, name)
);
CREATE TABLE public.documents (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    dataset_id uuid NOT NULL,
    title character varying(300) NOT NULL,
    content character varying NOT NULL,
    mime_type character varying NOT NULL DEFAULT 'text/plain'::character varying,
    size_bytes bigint NOT NULL,
    checksum character varying(64) NOT NULL,
    attributes jsonb NOT NULL DEFAULT '{}'::jsonb,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    CONSTRAINT ck_documents_size_bytes_not_negative CHECK ((size_bytes >= 0)),
    CONSTRAINT fk_documents_dataset_id_datasets FOREIGN KEY (dataset_id) REFERENCES public.datasets(id) ON DELETE CASCADE,
    CONSTRAINT pk_documents PRIMARY KEY (id),
    CONSTRAINT uq_documents_dataset_id_checksum UNIQUE (dataset_id, checksum)
);
CREATE TABLE public.processing_jobs (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    document_id uuid NOT NULL,
    status public.job_status NOT NULL DEFAULT 'queued'::public.job_status,
    attempts integer NOT NULL DEFAULT 0,
    error character varying,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    finished_at timestamp with time zone,
    CONSTRAINT ck_processing_jobs_attempts_not_negative CHECK ((attempts >= 0)),
    CONSTRAINT fk_processing_jobs_document_id_documents FOREIGN KEY (document_id) REFERENCES public.documents(id) ON DELETE CASCADE,
    CONSTRAINT pk_processing_jobs PRIMARY KEY (id)
);
CREATE INDEX ix_processing_jobs_document_id ON public.processing_jobs USING btree (document_id);
CREATE INDEX ix_processing_jobs_queue ON public.processing_jobs USING btree (created_at) WHERE (status = 'queued'::public.job_status);
