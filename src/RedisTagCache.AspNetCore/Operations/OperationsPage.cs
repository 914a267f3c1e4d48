using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Health;

namespace RedisTagCache.AspNetCore.Operations;

/// <summary>The page: one document with its style and its scripts in it. The policy names them by their hashes, so nothing else is run or shown.</summary>
internal sealed class OperationsPage(RedisTagCacheEndpointOptions options, SelectedCache caches)
{
    private static readonly string[] _scripts = ["words.js", "charts.js", "counts.js", "search.js", "page.js"];
    private static readonly Lazy<(string Html, string Policy)> _document = new(Compose);

    public Task WriteAsync(HttpContext context)
    {
        var (html, policy) = _document.Value;

        // Without antiforgery in the application there are no tokens; the gate's other checks hold all the same.
        var token = context.RequestServices.GetService<IAntiforgery>()?.GetAndStoreTokens(context);
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = policy;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        context.Response.ContentType = MediaTypeNames.Text.Html + "; charset=utf-8";
        var page = new StringBuilder(html)
            .Replace("{base}", Encode((context.Request.PathBase + context.Request.Path).ToUriComponent().TrimEnd('/')))
            .Replace("{token}", Encode(token?.RequestToken))
            .Replace("{token-header}", Encode(token?.HeaderName))
            .Replace("{cache}", Encode(caches.NameIn(context)))
            .Replace("{one-cache}", caches.Names.Count > 1 ? "" : " hidden")
            .Replace("{no-outbox}", caches.Find<IOutboxReport>(context) is null ? " hidden" : "")
            .Replace("{caches}", string.Concat(caches.Names.Select(name => $"<option{(name == caches.NameIn(context) ? " selected" : "")}>{Encode(name)}</option>")))
            .Replace("{read-only}", options.IsReadOnly ? "true" : "false")
            .Replace("{payloads}", options.ShowPayloads ? "true" : "false");
        return context.Response.WriteAsync(page.ToString(), context.RequestAborted);
    }

    private static (string Html, string Policy) Compose()
    {
        var style = Read("page.css");
        var scripts = Array.ConvertAll(_scripts, Read);
        var html = Read("page.html")
            .Replace("{style}", style, StringComparison.Ordinal)
            .Replace("{scripts}", string.Concat(scripts.Select(static script => $"<script>{script}</script>\n")), StringComparison.Ordinal);
        var policy = "default-src 'none'; connect-src 'self'; img-src data:; "
            + $"style-src {Hash(style)}; script-src {string.Join(' ', scripts.Select(Hash))}; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
        return (html, policy);
    }

    private static string Hash(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    /// <summary>A browser counts every line end as one character, so that is what is hashed.</summary>
    private static string Read(string name)
    {
        using var stream = typeof(OperationsPage).Assembly.GetManifestResourceStream("operations/" + name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static string Encode(string? text) => HtmlEncoder.Default.Encode(text ?? "");
}
