// Sends a trace of two spans by OTLP/HTTP, as a service with OpenTelemetry's SDK does, and prints its TraceId.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

func main() {
	ctx := context.Background()
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		log.Fatal(err)
	}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", "go-sender"))),
	)
	tracer := provider.Tracer("go-sender")
	ctx, request := tracer.Start(ctx, "request", trace.WithSpanKind(trace.SpanKindServer))
	_, query := tracer.Start(ctx, "query", trace.WithSpanKind(trace.SpanKindClient))
	query.SetAttributes(
		attribute.Int64("test.large", math.MaxInt64),
		attribute.IntSlice("test.list", []int{1, 2}),
		attribute.Float64("test.whole", 5),
	)
	query.RecordError(errors.New("no"))
	query.SetStatus(codes.Error, "no")
	query.End()
	request.End()
	if err := provider.Shutdown(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(request.SpanContext().TraceID())
}
