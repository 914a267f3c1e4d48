var builder = DistributedApplication.CreateBuilder(args);

// The shop gets the address of this server as ConnectionStrings:cache.
var cache = builder.AddRedis("cache");

builder.AddProject<Projects.Shop>("shop")
    .WithReference(cache)
    .WaitFor(cache)
    .WithReplicas(2)
    .WithHttpHealthCheck("/health")
    .WithExternalHttpEndpoints();

builder.Build().Run();
